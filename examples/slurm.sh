#!/bin/bash
# A parameter study on the nodes of one SLURM job: a Dask scheduler, a worker on each core, and the study.
#   sbatch examples/slurm.sh examples/outliers.toml results/outliers.zarr
# Submitted again after a time limit, it goes on where it was.
#SBATCH --job-name=fort-ganguli
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=02:00:00
set -euo pipefail
study=$1 store=$2
scheduler="tcp://$(hostname):8786"
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1

dask scheduler --port 8786 --no-dashboard &
srun dask worker "$scheduler" --nthreads 1 --memory-limit 2GiB --no-dashboard --death-timeout 120 &
trap 'kill $(jobs -p)' EXIT
fort-ganguli sweep "$study" --out "$store" --scheduler "$scheduler"
