/* The smallest device that passes: an SPDM 1.2 responder without any capability, behind assay_dut.h.
 *
 *     cc -shared -fPIC -I conformance/lab -o device.so conformance/examples/device.c
 *     assay run --target lib:./device.so --spdm-version 1.2
 *
 * With -DPLANTED_BUG it takes NEGOTIATE_ALGORITHMS before GET_CAPABILITIES, which a run finds.
 */
#include <stdlib.h>
#include <string.h>

#include "assay_dut.h"

enum { GET_VERSION = 0x84, GET_CAPABILITIES = 0xe1, NEGOTIATE_ALGORITHMS = 0xe3, RESPOND_IF_READY = 0xff };
enum { VERSION = 0x04, CAPABILITIES = 0x61, ALGORITHMS = 0x63, ERROR = 0x7f };
enum {
    INVALID_REQUEST = 0x01,
    UNEXPECTED_REQUEST = 0x04,
    UNSUPPORTED_REQUEST = 0x07,
    VERSION_MISMATCH = 0x41
};
enum { V1_0 = 0x10, V1_2 = 0x12 };

/* How far the connection is (DSP0274, connection state machine). */
enum state { NOT_STARTED, AFTER_VERSION, AFTER_CAPABILITIES, NEGOTIATED };

struct assay_dut {
    enum state state;
};

static size_t error(uint8_t* answer, uint8_t version, uint8_t code, uint8_t data) {
    const uint8_t message[] = {version, ERROR, code, data};
    memcpy(answer, message, sizeof message);
    return sizeof message;
}

static unsigned le16(const uint8_t* bytes) { return bytes[0] | (unsigned)bytes[1] << 8; }
static uint32_t le32(const uint8_t* bytes) { return le16(bytes) | (uint32_t)le16(bytes + 2) << 16; }

/* Before a version is settled, an ERROR speaks 1.0. */
static uint8_t spoken(const struct assay_dut* dut) { return dut->state < AFTER_CAPABILITIES ? V1_0 : V1_2; }

static size_t get_version(struct assay_dut* dut, const uint8_t* request, uint8_t* answer) {
    if (request[0] != V1_0) return error(answer, V1_0, VERSION_MISMATCH, 0);
    const uint8_t message[] = {V1_0, VERSION, 0, 0, 0, 1, 0x00, V1_2};
    memcpy(answer, message, sizeof message);
    dut->state = AFTER_VERSION;
    return sizeof message;
}

/* Which flags of a requester go together (DSP0274, GET_CAPABILITIES request: the rules of 1.2). */
static int flags_agree(uint32_t flags) {
    enum {
        CERT = 1 << 1,
        CHAL = 1 << 2,
        ENCRYPT = 1 << 6,
        MAC = 1 << 7,
        MUT_AUTH = 1 << 8,
        KEY_EX = 1 << 9,
        PSK = 3 << 10,
        PSK_REQUESTER = 1 << 10,
        HBEAT = 1 << 13,
        KEY_UPD = 1 << 14,
        CLEAR = 1 << 15,
        PUB_KEY_ID = 1 << 16 /* and CLEAR: HANDSHAKE_IN_THE_CLEAR_CAP */
    };
    const int session = (flags & (KEY_EX | PSK)) != 0, identity = (flags & (CERT | PUB_KEY_ID)) != 0;
    if ((flags & PSK) > PSK_REQUESTER) return 0;
    if (session && (flags & (MAC | ENCRYPT)) == 0) return 0;
    if (!session && (flags & (MAC | ENCRYPT | CLEAR | HBEAT | KEY_UPD)) != 0) return 0;
    if ((flags & CLEAR) != 0 && (flags & KEY_EX) == 0) return 0;
    if ((flags & CERT) != 0 && (flags & PUB_KEY_ID) != 0) return 0;
    if (identity && (flags & (CHAL | KEY_EX)) == 0) return 0;
    if (!identity && (flags & (CHAL | MUT_AUTH)) != 0) return 0;
    return (flags & MUT_AUTH) == 0 || (flags & (KEY_EX | CHAL)) != 0;
}

static size_t get_capabilities(struct assay_dut* dut, const uint8_t* request, size_t size, uint8_t* answer) {
    if (request[0] != V1_2) return error(answer, spoken(dut), VERSION_MISMATCH, 0);
    if (dut->state != AFTER_VERSION) return error(answer, V1_2, UNEXPECTED_REQUEST, 0);
    if (size < 20) return error(answer, V1_2, INVALID_REQUEST, 0);
    const uint32_t transfer_size = le32(request + 12), message_size = le32(request + 16);
    const int chunks = (le32(request + 8) >> 17 & 1) != 0;
    if (request[5] > 31 || transfer_size < 42 || message_size < transfer_size ||
        (!chunks && message_size != transfer_size) || !flags_agree(le32(request + 8)))
        return error(answer, V1_2, INVALID_REQUEST, 0);
    memset(answer, 0, 20);
    answer[0] = V1_2, answer[1] = CAPABILITIES;
    answer[5] = 10;                 /* CTExponent */
    answer[13] = answer[17] = 0x10; /* DataTransferSize and MaxSPDMmsgSize: 4096 */
    dut->state = AFTER_CAPABILITIES;
    return 20;
}

/* Whether the structures behind the fixed part are well-formed, and end where Length says. */
static int structures_agree(const uint8_t* request, size_t length) {
    size_t extended = (size_t)request[28] + request[29], at = 32 + 4 * extended;
    uint8_t previous = 0;
    for (unsigned i = 0; i < request[2]; ++i) {
        if (at + 4 > length) return 0;
        const uint8_t type = request[at], fixed = request[at + 1] >> 4, external = request[at + 1] & 0xf;
        if (type < 2 || type > 5 || type <= previous || fixed != 2) return 0;
        if (le16(request + at + 2) == 0 && external == 0) return 0;
        previous = type;
        extended += external;
        at += 4 + 4 * (size_t)external;
    }
    return at == length && extended <= 20;
}

static size_t negotiate(struct assay_dut* dut, const uint8_t* request, size_t size, uint8_t* answer) {
#ifdef PLANTED_BUG
    if (dut->state != AFTER_VERSION && dut->state != AFTER_CAPABILITIES)
#else
    if (dut->state != AFTER_CAPABILITIES)
#endif
        return error(answer, V1_2, UNEXPECTED_REQUEST, 0);
    if (size < 32) return error(answer, V1_2, INVALID_REQUEST, 0);
    const size_t length = le16(request + 4);
    if (length < 32 || length > size || length > 128 || !structures_agree(request, length))
        return error(answer, V1_2, INVALID_REQUEST, 0);
    memset(answer, 0, 36);
    answer[0] = V1_2, answer[1] = ALGORITHMS, answer[2] = request[2];
    answer[7] = (request[7] & 2) != 0 ? 2 : request[7] & 1; /* OtherParamsSelection: the opaque data format */
    answer[12] = request[8] & 0x10;                         /* BaseAsymSel: ECDSA P-256 */
    answer[16] = request[12] & 0x01;                        /* BaseHashSel: SHA-256 */
    /* No algorithm of the structures is needed: each is answered with none. */
    size_t from = 32 + 4 * ((size_t)request[28] + request[29]), to = 36;
    for (unsigned i = 0; i < request[2]; ++i, to += 4) {
        answer[to] = request[from], answer[to + 1] = 0x20, answer[to + 2] = answer[to + 3] = 0;
        from += 4 + 4 * (size_t)(request[from + 1] & 0xf);
    }
    answer[4] = (uint8_t)to;
    dut->state = NEGOTIATED;
    return to;
}

static size_t respond(struct assay_dut* dut, const uint8_t* request, size_t size, uint8_t* answer) {
    const uint8_t version = spoken(dut);
    if (size < 4) return 0; /* whom would it be answered to? */
    if (request[1] < 0x80) return error(answer, version, INVALID_REQUEST, 0);
    if (request[1] == GET_VERSION) return get_version(dut, request, answer);
    if (dut->state == NOT_STARTED) return error(answer, version, UNEXPECTED_REQUEST, 0);
    if (request[1] == GET_CAPABILITIES) return get_capabilities(dut, request, size, answer);
    if (request[0] != V1_2) return error(answer, version, VERSION_MISMATCH, 0);
    if (request[1] == NEGOTIATE_ALGORITHMS) return negotiate(dut, request, size, answer);
    if (dut->state != NEGOTIATED) return error(answer, version, UNEXPECTED_REQUEST, 0);
    /* Nothing was ever put off. */
    if (request[1] == RESPOND_IF_READY) return error(answer, version, INVALID_REQUEST, 0);
    return error(answer, version, UNSUPPORTED_REQUEST, request[1]);
}

static struct assay_dut* create(const char* options) {
    return *options == '\0' ? calloc(1, sizeof(struct assay_dut)) : NULL;
}
static void destroy(struct assay_dut* dut) { free(dut); }
static int reset(struct assay_dut* dut) {
    dut->state = NOT_STARTED;
    return ASSAY_DUT_OK;
}
static int exchange(struct assay_dut* dut, int kind, const uint8_t* request, size_t request_size,
                    uint8_t* answer, size_t* answer_size, int* answer_kind) {
    *answer_kind = ASSAY_DUT_MESSAGE;
    *answer_size = kind == ASSAY_DUT_MESSAGE ? respond(dut, request, request_size, answer) : 0;
    return ASSAY_DUT_OK;
}

const assay_dut_api* assay_dut_get(void) {
    static const assay_dut_api api = {.version = ASSAY_DUT_VERSION,
                                      .create = create,
                                      .destroy = destroy,
                                      .reset = reset,
                                      .exchange = exchange};
    return &api;
}
