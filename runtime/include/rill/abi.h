/*===- abi.h - What generated code and its callers agree on ------*- C -*-===*\
|*                                                                            *|
|* The C interface of compiled kernels. A program object exports one symbol,  *|
|* `rill_program`, that names everything else. Kernels allocate nothing, keep *|
|* no state and start no threads: memory and parallelism come from the caller.*|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/
#ifndef RILL_ABI_H
#define RILL_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RILL_ABI_VERSION 1

/* One call. Arrays are dense and row-major: a varying value is
 * [batch, shape...], an invariant one [shape...]. Elements are float or double
 * by the kernel's precision, int32_t for Fin and Int, uint8_t for Bool. */
typedef struct RillCall {
  const void *const *in; /* one pointer per argument, in metadata order */
  void *const *out;      /* one pointer per result */
  int64_t batch;         /* samples; 0 is allowed */
  uint64_t seed;         /* random seed */
  int64_t step;          /* training step: part of every draw's key */
  int64_t first_sample; /* global index of sample 0: part of every draw's key */
  /* Scratch of at least workspace(batch, workers) bytes, 64-byte aligned. */
  void *workspace;
  /* Memory of `prepared_bytes` for what depends on parameters only (packed
   * weights), 64-byte aligned. The kernel fills it unless prepared_valid. */
  void *prepared;
  int32_t prepared_valid;
  /* Calls task(env, i, worker) for every i in [0, tasks), worker in
   * [0, workers), and returns when all are done. Null: the kernel loops. The
   * results never depend on workers. */
  int32_t workers;
  void (*parallel)(void *pool, int64_t tasks,
                   void (*task)(void *env, int64_t i, int64_t worker),
                   void *env);
  void *pool;
} RillCall;

/* 0 on success. */
typedef int32_t (*RillKernelFn)(const RillCall *call);
typedef int64_t (*RillWorkspaceFn)(int64_t batch, int64_t workers);

typedef struct RillKernel {
  const char *name; /* as in the metadata: "p.logp" */
  /* By instruction set; null where not compiled. Order: RILL_ISA_*. */
  RillKernelFn run[3];
  RillWorkspaceFn workspace[3];
  int64_t prepared_bytes;
} RillKernel;

enum { RILL_ISA_AVX512 = 0, RILL_ISA_AVX2 = 1, RILL_ISA_GENERIC = 2 };

/* The driver plan and every signature, as JSON: docs/decisions/0003. */
typedef struct RillProgram {
  int32_t abi_version;
  int32_t kernel_count;
  const RillKernel *kernels;
  const char *metadata;
} RillProgram;

#ifdef __cplusplus
}
#endif
#endif /* RILL_ABI_H */
