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
host=$(hostname) port=$((20000 + SLURM_JOB_ID % 10000)) # a job beside it on the node has another
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1

dask scheduler --port "$port" --no-dashboard &
trap 'kill $(jobs -p)' EXIT
until (: >"/dev/tcp/$host/$port") 2>/dev/null; do
  kill -0 $! # ends the job if the scheduler has ended
  sleep 1
done
srun dask worker "tcp://$host:$port" --nthreads 1 --memory-limit 2GiB --no-dashboard --death-timeout 120 &
fort-ganguli sweep "$study" --out "$store" --scheduler "tcp://$host:$port"
