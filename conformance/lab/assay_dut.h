/* A device under test as a library, for assay run --target lib:PATH[?OPTIONS].
 *
 * Compile your responder into a shared library that exports assay_dut_get(), nothing else is needed:
 *
 *     cc -shared -fPIC -I conformance/lab -o device.so device.c
 *     assay run --target lib:./device.so
 *
 * Assay calls one function at a time, from one thread. A crash in the library ends the run: behind exec: it
 * would end a child process instead (conformance/lab/exec_dut.h has its frames, which say the same as these
 * functions).
 */
#ifndef ASSAY_DUT_H
#define ASSAY_DUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header. A library of another version is refused. */
#define ASSAY_DUT_VERSION 1u

/* What a buffer holds. */
enum assay_dut_kind {
    ASSAY_DUT_MESSAGE = 0, /* an SPDM message outside sessions, without any header of a transport */
    ASSAY_DUT_RECORD = 1   /* a secured message (DSP0277) */
};

/* What exchange() and reset() return. */
enum assay_dut_status {
    ASSAY_DUT_OK = 0,
    ASSAY_DUT_GONE = 1 /* the device cannot answer any more; reset() may bring it back */
};

struct assay_dut; /* yours */

typedef struct assay_dut_api {
    uint32_t version; /* ASSAY_DUT_VERSION */
    /* `options`: what stands behind '?' in the target, or "". NULL: they are no good. */
    struct assay_dut* (*create)(const char* options);
    void (*destroy)(struct assay_dut* dut);
    /* A device that was just switched on: no connection, no session. */
    int (*reset)(struct assay_dut* dut);
    /* One request and its answer. `*answer_size` is the capacity of `answer` (65536 bytes at least), and then
     * the size of what was written; 0 is silence. `*answer_kind` is ASSAY_DUT_MESSAGE before the call. */
    int (*exchange)(struct assay_dut* dut, int kind, const uint8_t* request, size_t request_size,
                    uint8_t* answer, size_t* answer_size, int* answer_kind);

    /* Abilities. Each may be NULL. */

    /* How records are carried: "mctp", "doe", "tcp" or "none" (DSP0276, DSP0277, DSP0287: sequence numbers in
     * the header, and what stands before an SPDM message in a record). NULL: the device has no sessions. */
    const char* (*binding)(struct assay_dut* dut);
    /* Lets time pass, in microseconds; NULL: the device lives in real time. */
    void (*advance_time)(struct assay_dut* dut, uint64_t microseconds);
    /* The number of the next record in a session that was established (direction 0: requests, 1: responses).
     * Returns 0 if it is so now. */
    int (*set_sequence)(struct assay_dut* dut, uint32_t session, int direction, uint64_t next);
    /* Makes the device ask for a key update in a session. Returns 0 if it will. */
    int (*ask_for_key_update)(struct assay_dut* dut, uint32_t session);
} assay_dut_api;

/* The one symbol that is looked up. The table lives as long as the library. */
const assay_dut_api* assay_dut_get(void);

#ifdef __cplusplus
}
#endif

#endif
