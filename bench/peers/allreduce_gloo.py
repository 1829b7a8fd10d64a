"""AllReduce of float32 sums over Gloo, through PyTorch, measured as `orchestrator bench allreduce` measures it.

Usage: python3 allreduce_gloo.py WORLD_SIZE MILLISECONDS BYTES...
Prints for each size: bytes, seconds of a single call, least seconds, seconds of a call in a row.
"""
import os
import sys
import tempfile
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def slowest(seconds):
    value = torch.tensor([seconds], dtype=torch.float64)
    dist.all_reduce(value, op=dist.ReduceOp.MAX)
    return value.item()


def seconds_of(values):
    began = time.perf_counter()
    dist.all_reduce(values)
    return time.perf_counter() - began


def measure(values, budget):
    estimate = 1e9
    for call in range(1, 201):
        estimate = min(estimate, seconds_of(values))
        if slowest(0.0 if call * estimate < 0.05 else 1.0) > 0:
            break
    calls = int(min(5000, max(5, budget / slowest(estimate))))
    single = torch.zeros(calls, dtype=torch.float64)
    for call in range(calls):
        dist.barrier()
        single[call] = seconds_of(values)
    dist.all_reduce(single, op=dist.ReduceOp.MAX)
    dist.barrier()
    began = time.perf_counter()
    for _ in range(calls):
        dist.all_reduce(values)
    in_a_row = slowest((time.perf_counter() - began) / calls)
    return single.sort().values[calls // 2].item(), single.min().item(), in_a_row


def rank_main(rank, world_size, meeting, budget, sizes):
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(1)
    if world_size <= (os.cpu_count() or 1):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[rank]})
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=world_size)
    for size in sizes:
        values = torch.zeros(size // 4)
        single, least, in_a_row = measure(values, budget)
        if rank == 0:
            print(f"{size} {single:.9f} {least:.9f} {in_a_row:.9f}", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    world = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(
            rank_main,
            args=(world, os.path.join(folder, "meeting"), float(sys.argv[2]) / 1000, [int(size) for size in sys.argv[3:]]),
            nprocs=world,
        )
