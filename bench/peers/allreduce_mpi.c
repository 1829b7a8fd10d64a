/* AllReduce of float32 sums over MPI, measured as `orchestrator bench allreduce` measures it: single calls after a barrier
 * (time of the slowest rank, median) and calls in a row.
 * Usage: mpirun -np P ./allreduce_mpi MILLISECONDS BYTES...
 * Prints for each size: bytes, seconds of a single call, least seconds, seconds of a call in a row.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double seconds_of(float *values, int count) {
    double began = MPI_Wtime();
    MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    return MPI_Wtime() - began;
}

static double slowest(double seconds) {
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double budget = atof(argv[1]) / 1000;
    for (int at = 2; at < argc; at++) {
        long bytes = atol(argv[at]);
        int count = (int)(bytes / sizeof(float));
        float *values = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
        for (int i = 0; i < count; i++)
            values[i] = 0;
        double estimate = 1e9;
        for (int call = 0, goes_on = 1; goes_on; call++) {
            double seconds = seconds_of(values, count);
            estimate = seconds < estimate ? seconds : estimate;
            goes_on = slowest(call < 200 && (call + 1) * estimate < 0.05 ? 0 : 1) == 0;
        }
        estimate = slowest(estimate);
        int calls = (int)(budget / estimate);
        calls = calls < 5 ? 5 : calls > 5000 ? 5000 : calls;
        double *single = malloc(calls * sizeof(double));
        for (int call = 0; call < calls; call++) {
            MPI_Barrier(MPI_COMM_WORLD);
            single[call] = seconds_of(values, count);
        }
        MPI_Allreduce(MPI_IN_PLACE, single, calls, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        qsort(single, calls, sizeof(double), by_value);
        MPI_Barrier(MPI_COMM_WORLD);
        double began = MPI_Wtime();
        for (int call = 0; call < calls; call++)
            MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
        double in_a_row = slowest((MPI_Wtime() - began) / calls);
        if (rank == 0) {
            printf("%ld %.9f %.9f %.9f\n", bytes, single[calls / 2], single[0], in_a_row);
            fflush(stdout);
        }
        free(single);
        free(values);
    }
    MPI_Finalize();
    return 0;
}
