/* The smallest driver that passes: an SPDM 1.2 requester that negotiates, looks at every answer, and then
 * stops.
 *
 *     cc -o driver conformance/examples/driver.c
 *     assay run --role requester --dut-command './driver {host} {port}' --spdm-version 1.2
 *
 * Its exit status says what it thinks: 0 when all is well. It speaks the framing of DMTF's emulator around
 * MCTP (a header of command, transport and size, each 32 bits, big endian; then the message type 05h).
 * Without sockets, as a library:
 *
 *     cc -shared -fPIC -DAS_LIBRARY -I conformance/lab -o driver.so driver.c
 *     assay run --role requester --target lib:./driver.so --spdm-version 1.2
 *
 * With -DPLANTED_BUG it takes algorithms that it never offered, which a run finds.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef AS_LIBRARY
#include <setjmp.h>

#include "assay_dut.h"
#endif

enum { FRAME_HEADER = 12, MCTP_SPDM = 0x05, CAPACITY = 4096 };
enum { P256 = 0x10, SHA256 = 0x01, OPAQUE_FORMAT_1 = 0x02, DMTF = 0x01 };

static unsigned le16(const uint8_t* bytes) { return bytes[0] | (unsigned)bytes[1] << 8; }
static uint32_t le32(const uint8_t* bytes) { return le16(bytes) | (uint32_t)le16(bytes + 2) << 16; }

#ifdef AS_LIBRARY
/* The connection of the run that is on. */
static struct {
    assay_exchange exchange;
    void* context;
    jmp_buf given_up;
} run_on;

static void give_up(const char* why) {
    (void)why;
    longjmp(run_on.given_up, 1);
}
#else
static void give_up(const char* why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}
#endif
static void demand(int holds, const char* what) {
    if (!holds) give_up(what);
}

#ifdef AS_LIBRARY
static size_t send_and_receive(int peer, const uint8_t* request, size_t size, uint8_t* response) {
    (void)peer;
    size_t length = CAPACITY;
    int kind = ASSAY_DUT_MESSAGE;
    const int status =
        run_on.exchange(run_on.context, ASSAY_DUT_MESSAGE, request, size, response, &length, &kind);
    demand(status == ASSAY_DUT_OK && kind == ASSAY_DUT_MESSAGE && length >= 4, "no SPDM message");
    return length;
}
#else
static void read_all(int peer, uint8_t* bytes, size_t size) {
    while (size > 0) {
        const ssize_t now = recv(peer, bytes, size, 0);
        if (now <= 0) give_up("no answer");
        bytes += now, size -= (size_t)now;
    }
}

static size_t send_and_receive(int peer, const uint8_t* request, size_t size, uint8_t* response) {
    uint8_t frame[FRAME_HEADER + 1 + 64] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, (uint8_t)(size + 1), MCTP_SPDM};
    memcpy(frame + FRAME_HEADER + 1, request, size);
    demand(send(peer, frame, FRAME_HEADER + 1 + size, MSG_NOSIGNAL) == (ssize_t)(FRAME_HEADER + 1 + size),
           "not sent");
    read_all(peer, frame, FRAME_HEADER + 1);
    const size_t length =
        (size_t)frame[8] << 24 | (size_t)frame[9] << 16 | (size_t)frame[10] << 8 | frame[11];
    demand(length >= 5 && length <= CAPACITY && frame[FRAME_HEADER] == MCTP_SPDM, "no SPDM message");
    read_all(peer, response, length - 1);
    return length - 1;
}
#endif

/* Sends a request and gives the size of its response, which has the right code and version. */
static size_t exchange(int peer, const uint8_t* request, size_t size, uint8_t* response) {
    const size_t length = send_and_receive(peer, request, size, response);
    demand(response[0] == request[0], "another version");
    demand(response[1] == (request[1] & 0x7f), "another response, or an ERROR");
    return length;
}

static void get_version(int peer) {
    const uint8_t request[] = {0x10, 0x84, 0, 0};
    uint8_t response[CAPACITY];
    const size_t size = exchange(peer, request, sizeof request, response);
    demand(size >= 6 && size >= 6 + 2 * (size_t)response[5], "VERSION is cut");
    int found = 0;
    for (unsigned i = 0; i < response[5]; ++i) found |= le16(response + 6 + 2 * i) >> 8 == 0x12;
    demand(found, "no version in common");
}

/* Which flags of a responder go together (DSP0274, CAPABILITIES response: the rules of 1.2). */
static int flags_agree(uint32_t flags) {
    enum {
        CERT = 1 << 1,
        CHAL = 1 << 2,
        MEAS = 3 << 3,
        MEAS_SIG = 2 << 3,
        MEAS_FRESH = 1 << 5,
        ENCRYPT = 1 << 6,
        MAC = 1 << 7,
        MUT_AUTH = 1 << 8,
        KEY_EX = 1 << 9,
        PSK = 3 << 10,
        HBEAT = 1 << 13,
        KEY_UPD = 1 << 14,
        CLEAR = 1 << 15,
        PUB_KEY_ID = 1 << 16,
        ALIAS_CERT = 1 << 18,
        SET_CERT = 1 << 19,
        CSR = 1 << 20,
        CERT_INSTALL_RESET = 1 << 21
    };
    const int session = (flags & (KEY_EX | PSK)) != 0, identity = (flags & (CERT | PUB_KEY_ID)) != 0;
    const int is_signed = (flags & MEAS) == MEAS_SIG;
    if ((flags & MEAS) == MEAS || (flags & PSK) == PSK) return 0;
    if ((flags & MEAS_FRESH) != 0 && (flags & MEAS) == 0) return 0;
    if (session && (flags & (MAC | ENCRYPT)) == 0) return 0;
    if (!session && (flags & (MAC | ENCRYPT | CLEAR | HBEAT | KEY_UPD)) != 0) return 0;
    if ((flags & CLEAR) != 0 && (flags & KEY_EX) == 0) return 0;
    if ((flags & CERT) != 0 && (flags & PUB_KEY_ID) != 0) return 0;
    if (identity && (flags & (CHAL | KEY_EX)) == 0 && !is_signed) return 0;
    if (!identity && ((flags & (CHAL | KEY_EX | MUT_AUTH)) != 0 || is_signed)) return 0;
    if ((flags & MUT_AUTH) != 0 && (flags & (KEY_EX | CHAL)) == 0) return 0;
    if ((flags & (ALIAS_CERT | SET_CERT)) != 0 && (flags & CERT) == 0) return 0;
    if ((flags & CSR) != 0 && (flags & SET_CERT) == 0) return 0;
    return (flags & CERT_INSTALL_RESET) == 0 || (flags & (CSR | SET_CERT)) != 0;
}

static uint32_t get_capabilities(int peer) {
    /* CTExponent 14, no flags, DataTransferSize and MaxSPDMmsgSize 4095: what one buffer here holds. */
    const uint8_t request[20] = {0x12, 0xe1, 0,    0,    0, 14, 0,    0,    0, 0,
                                 0,    0,    0xff, 0x0f, 0, 0,  0xff, 0x0f, 0, 0};
    uint8_t response[CAPACITY];
    demand(exchange(peer, request, sizeof request, response) >= 20, "CAPABILITIES is cut");
    const uint32_t flags = le32(response + 8), transfer = le32(response + 12), most = le32(response + 16);
    demand(response[5] <= 31, "CTExponent is beyond any time");
    demand(transfer >= 42 && most >= transfer, "sizes that do not go together");
    demand((flags >> 17 & 1) != 0 || most == transfer, "a larger message without CHUNK_CAP");
    demand(flags_agree(flags), "flags that do not go together");
    return flags;
}

static int at_most_one_of(uint32_t selected, uint32_t offered) {
#ifdef PLANTED_BUG
    (void)offered;
    return (selected & (selected - 1)) == 0;
#else
    return (selected & (selected - 1)) == 0 && (selected & ~offered) == 0;
#endif
}

static void negotiate_algorithms(int peer, uint32_t flags) {
    uint8_t request[32] = {0x12, 0xe3, 0, 0, sizeof request, 0, DMTF, OPAQUE_FORMAT_1, P256};
    request[12] = SHA256;
    uint8_t response[CAPACITY];
    const size_t size = exchange(peer, request, sizeof request, response);
    demand(size >= 36 && le16(response + 4) == 36, "ALGORITHMS has another size");
    demand(response[2] == 0, "an algorithm structure that was not asked for");
    demand(response[32] == 0 && response[33] == 0, "an extended algorithm that was not offered");
    const uint32_t asym = le32(response + 12), hash = le32(response + 16),
                   measurement_hash = le32(response + 8);
    demand(at_most_one_of(asym, P256) && at_most_one_of(hash, SHA256), "algorithms that were not offered");
    demand(at_most_one_of(response[7], OPAQUE_FORMAT_1), "an opaque data format that was not offered");
    demand(response[6] <= DMTF && at_most_one_of(measurement_hash, 0x7f), "measurements as nobody has them");
    const int measures = (flags >> 3 & 3) != 0, has_identity = (flags & (1 << 1 | 1 << 16)) != 0;
    demand(!has_identity || (asym != 0 && hash != 0), "an algorithm that is needed is missing");
    demand((response[6] != 0) == measures && (measurement_hash != 0) == measures,
           "measurements that do not fit MEAS_CAP");
}

#ifdef AS_LIBRARY
struct assay_requester {
    int unused;
};
static struct assay_requester only_one;

static struct assay_requester* create(const char* options) { return *options == 0 ? &only_one : NULL; }
static void destroy(struct assay_requester* requester) { (void)requester; }
static int run(struct assay_requester* requester, int flow, int spdm_version, assay_exchange exchange_with,
               void* context) {
    (void)requester, (void)flow, (void)spdm_version;
    run_on.exchange = exchange_with;
    run_on.context = context;
    if (setjmp(run_on.given_up) != 0) return 1;
    get_version(0);
    negotiate_algorithms(0, get_capabilities(0));
    return 0;
}
const assay_requester_api* assay_requester_get(void) {
    static const assay_requester_api api = {
        .version = ASSAY_DUT_VERSION, .create = create, .destroy = destroy, .run = run};
    return &api;
}
#else
int main(int count, char** arguments) {
    if (count != 3) give_up("usage: driver ADDRESS PORT");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    if (inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) give_up("no IPv4 address");
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    const struct timeval patience = {.tv_sec = 2};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    demand(connect(peer, (struct sockaddr*)&address, sizeof address) == 0, "cannot connect");
    get_version(peer);
    negotiate_algorithms(peer, get_capabilities(peer));
    close(peer);
    return 0;
}
#endif
