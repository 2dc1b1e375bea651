"""A study of two axes, as its file."""

STUDY = """
sources = ["theory", "simulation"]
observables = ["outliers", "lambda_max", "spike_strength"]
seed = 0
replicates = 6
[parameters]
N = 40
C = 3
D = 60
sigma_z = 0.1
sigma_c = 1.0
[grid]
noise_ratio = { start = 0.5, stop = 20, num = 5, spacing = "log" }
margin = [0.0, 1.0]
labels = ["margin"]
"""
