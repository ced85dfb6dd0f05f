/* What is under test, as a library in this process: a responder, a requester, or an endpoint of the encrypted
 * path. Each is one table of functions, and one symbol that gives it; a library exports those that it has.
 *
 *     cc -shared -fPIC -I conformance/lab -o device.so device.c
 *     assay run --target lib:./device.so                           assay_dut_get()
 *     assay run --role requester --target lib:./driver.so          assay_requester_get()
 *     assay run --role transfer --target lib:./endpoint.so         assay_path_get()
 *
 * What stands behind '?' in the target is given to create() as text. Assay calls one function at a time, from
 * one thread. A crash in the library ends the run, and a call that does not return holds it: a child process
 * would be ended instead (exec:, whose frames are in conformance/lab/exec_dut.h and exec_path.h, and
 * --dut-command for requesters).
 */
#ifndef ASSAY_DUT_H
#define ASSAY_DUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header, in each table. A library of another version is refused. */
#define ASSAY_DUT_VERSION 1u

/* ---- A responder ---- */

/* What a buffer holds. */
enum assay_dut_kind {
    ASSAY_DUT_MESSAGE = 0, /* an SPDM message outside sessions, without any header of a transport */
    ASSAY_DUT_RECORD = 1   /* a secured message (DSP0277) */
};

/* What exchange() and reset() return. */
enum assay_dut_status {
    ASSAY_DUT_OK = 0,
    ASSAY_DUT_GONE = 1,     /* the device cannot answer any more; reset() may bring it back */
    ASSAY_DUT_TOO_LARGE = 2 /* of assay_exchange: the answer is longer than the buffer */
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

/* Looked up by name. The table lives as long as the library. */
const assay_dut_api* assay_dut_get(void);

/* ---- A requester ---- */

/* What a run is to do. A requester that cannot choose does what it always does. */
enum assay_flow {
    ASSAY_FLOW_ATTESTATION = 0,  /* up to signed measurements */
    ASSAY_FLOW_KEY_EXCHANGE = 1, /* a session by KEY_EXCHANGE */
    ASSAY_FLOW_PSK = 2           /* a session by PSK_EXCHANGE */
};

/* Sends one request, or record, and gives what came back; as exchange() of a responder, with any capacity.
 * ASSAY_DUT_TOO_LARGE: the response is lost. ASSAY_DUT_GONE: the run is over, and run() has to return. */
typedef int (*assay_exchange)(void* context, int kind, const uint8_t* request, size_t request_size,
                              uint8_t* response, size_t* response_size, int* response_kind);

struct assay_requester; /* yours */

typedef struct assay_requester_api {
    uint32_t version; /* ASSAY_DUT_VERSION */
    /* `options` as above; {roots} in them becomes the folder with the root certificates to trust. NULL: they
     * are no good. */
    struct assay_requester* (*create)(const char* options);
    void (*destroy)(struct assay_requester* requester);
    /* One run on a new connection, from GET_VERSION to its end; what a program's exit status would be, 0 to
     * 255: 0 says that all went well, 89 that it cannot do that flow. `spdm_version`: the one that the case
     * is about, as in the header of a message (0x12). */
    int (*run)(struct assay_requester* requester, int flow, int spdm_version, assay_exchange exchange,
               void* context);
    /* As of a responder. */
    const char* (*binding)(struct assay_requester* requester);
} assay_requester_api;

const assay_requester_api* assay_requester_get(void);

/* ---- An endpoint of the encrypted path ---- */

/* What an operation came to: done, or the status that a driver returns to its caller. */
enum assay_path_status {
    ASSAY_PATH_OK = 0,
    ASSAY_PATH_INVALID_ARGUMENT = 1,
    ASSAY_PATH_INVALID_DATA = 2,
    ASSAY_PATH_INVALID_STATE = 3,
    ASSAY_PATH_NOT_READY = 4,
    ASSAY_PATH_INSUFFICIENT_RESOURCES = 5,
    ASSAY_PATH_BUSY = 6,
    ASSAY_PATH_TIMEOUT = 7
};

enum { ASSAY_PATH_TAG_SIZE = 16, ASSAY_PATH_IV_SIZE = 12 };

struct assay_path; /* yours */

/* Keys, channels and IVs that were taken are numbers of the library's own. Those of one key() outlive the
 * others. Each function returns an assay_path_status; those that are said to be abilities may be NULL. */
typedef struct assay_path_api {
    uint32_t version; /* ASSAY_DUT_VERSION */
    struct assay_path* (*create)(const char* options);
    void (*destroy)(struct assay_path* path);
    /* A key of the session: its label (as "Lce00_h2d_user") expanded from the export secret. */
    int (*make_key)(struct assay_path* path, const char* label, const uint8_t* export_secret,
                    size_t secret_size, uint32_t* key);
    /* The next channel under a key, with the next channel counter. `mask`: of its IVs, 12 bytes. */
    int (*next_channel)(struct assay_path* path, uint32_t key, const uint8_t* mask, uint32_t* channel);
    /* Seals the next message of a channel: `sealed` has the size of `text`. `key_version`: it was sealed
     * under. */
    int (*seal)(struct assay_path* path, uint32_t channel, const uint8_t* aad, size_t aad_size,
                const uint8_t* text, size_t size, uint8_t* sealed, uint8_t* tag, uint32_t* key_version);
    /* Opens the message that is due on a channel. */
    int (*open)(struct assay_path* path, uint32_t channel, uint32_t key_version, const uint8_t* tag,
                const uint8_t* aad, size_t aad_size, const uint8_t* sealed, size_t size, uint8_t* text);

    /* Abilities: rotation */
    int (*rotate_key)(struct assay_path* path, uint32_t key);
    int (*close_key)(struct assay_path* path, uint32_t key); /* wipes every version */
    int (*rotate_iv)(struct assay_path* path, uint32_t channel);
    /* Whether the key may rotate without losing what is due under the version that would be dropped. */
    int (*may_rotate)(struct assay_path* path, uint32_t channel);
    /* Tells a receiver how many messages its sender sealed under the version before the last rotation. */
    int (*ended)(struct assay_path* path, uint32_t channel, uint64_t sealed);
    /* Abilities: messages out of turn */
    int (*skip)(struct assay_path* path, uint32_t channel); /* passes over what is due */
    int (*take_iv)(struct assay_path* path, uint32_t channel, uint32_t* iv);
    int (*seal_with)(struct assay_path* path, uint32_t channel, uint32_t iv, const uint8_t* aad,
                     size_t aad_size, const uint8_t* text, size_t size, uint8_t* sealed, uint8_t* tag,
                     uint32_t* key_version);
    /* Abilities: state, to come near the end of a counter */
    int (*set_counted)(struct assay_path* path, uint32_t channel, uint64_t messages);
    int (*set_next_channel)(struct assay_path* path, uint32_t key, uint64_t counter);
    int (*set_work_limit)(struct assay_path* path, uint32_t key, uint64_t limit);
} assay_path_api;

const assay_path_api* assay_path_get(void);

#ifdef __cplusplus
}
#endif

#endif
