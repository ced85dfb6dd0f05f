/* The keys and channels of one end of the encrypted path, as a driver's cryptography library has them: HKDF,
 * AES-256-GCM and the IVs, by OpenSSL.
 *
 *     cc -shared -fPIC -I conformance/lab -o endpoint.so endpoint.c -lcrypto
 *     assay run --role transfer --target lib:./endpoint.so
 *
 * It rotates no keys, passes over no message, and lets no one set its counters: what it lacks is not
 * applicable. With -DPLANTED_BUG it counts a block that it refused, so that the
 * one that was due never opens, which a run finds.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay_dut.h"

enum { KEYS = 4096, CHANNELS = 4096, KEY_SIZE = 32, USED_SECRET = 32, LABEL = 64 };

struct key {
    char label[LABEL];
    uint8_t bytes[KEY_SIZE];
    uint64_t next_channel;
    int closed;
};
struct channel {
    uint32_t key;
    uint64_t counter, messages;
    int rpc; /* a channel of the GSP: a 64-bit message counter, and no channel counter */
    uint8_t mask[ASSAY_PATH_IV_SIZE];
};
struct assay_path {
    struct key keys[KEYS];
    struct channel channels[CHANNELS];
    uint32_t key_count, channel_count;
};

/* HKDF-Expand by SHA-256, of one block: HMAC(secret, label | 01h). */
static void expand(uint8_t* out, const uint8_t* secret, const char* label) {
    uint8_t info[LABEL + 1];
    const size_t size = strlen(label);
    memcpy(info, label, size);
    info[size] = 1;
    HMAC(EVP_sha256(), secret, USED_SECRET, info, size + 1, out, NULL);
}

static struct assay_path* create(const char* options) {
    return *options == 0 ? calloc(1, sizeof(struct assay_path)) : NULL;
}
static void destroy(struct assay_path* path) {
    OPENSSL_cleanse(path, sizeof *path);
    free(path);
}

static int make_key(struct assay_path* path, const char* label, const uint8_t* export_secret,
                    size_t secret_size, uint32_t* number) {
    if (secret_size < USED_SECRET || strlen(label) >= LABEL) return ASSAY_PATH_INVALID_ARGUMENT;
    if (path->key_count == KEYS) return ASSAY_PATH_INSUFFICIENT_RESOURCES;
    struct key* key = &path->keys[path->key_count];
    strcpy(key->label, label);
    expand(key->bytes, export_secret, label);
    *number = path->key_count++;
    return ASSAY_PATH_OK;
}

static int close_key(struct assay_path* path, uint32_t number) {
    OPENSSL_cleanse(path->keys[number].bytes, KEY_SIZE);
    path->keys[number].closed = 1;
    return ASSAY_PATH_OK;
}

static int next_channel(struct assay_path* path, uint32_t number, const uint8_t* mask, uint32_t* made) {
    struct key* key = &path->keys[number];
    if (key->closed) return ASSAY_PATH_INVALID_STATE;
    if (path->channel_count == CHANNELS) return ASSAY_PATH_INSUFFICIENT_RESOURCES;
    struct channel* channel = &path->channels[path->channel_count];
    channel->key = number;
    channel->counter = key->next_channel++;
    channel->rpc = strstr(key->label, "gsp") != NULL;
    if (!channel->rpc) memcpy(channel->mask, mask, ASSAY_PATH_IV_SIZE);
    *made = path->channel_count++;
    return ASSAY_PATH_OK;
}

/* The IV of the next message: its counter and the channel's, little endian, under the mask. */
static void next_iv(const struct channel* channel, uint8_t* iv) {
    const uint64_t message = channel->messages + 1;
    for (int i = 0; i < ASSAY_PATH_IV_SIZE; ++i) {
        const int counted = channel->rpc ? 8 : 4;
        uint8_t byte = 0;
        if (i < counted) byte = (uint8_t)(message >> 8 * i);
        if (i >= counted && !channel->rpc) byte = (uint8_t)(channel->counter >> 8 * (i - counted));
        iv[i] = byte ^ channel->mask[i];
    }
}

static int crypt(int seals, const struct key* key, const uint8_t* iv, const uint8_t* aad, size_t aad_size,
                 const uint8_t* in, size_t size, uint8_t* out, uint8_t* tag) {
    EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
    int done = 0;
    int good = cipher != NULL &&
               EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key->bytes, iv, seals) == 1 &&
               (aad_size == 0 || EVP_CipherUpdate(cipher, NULL, &done, aad, (int)aad_size) == 1) &&
               (size == 0 || EVP_CipherUpdate(cipher, out, &done, in, (int)size) == 1);
    if (!seals)
        good = good && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, ASSAY_PATH_TAG_SIZE, tag) == 1;
    good = good && EVP_CipherFinal_ex(cipher, out, &done) == 1;
    if (seals)
        good = good && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, ASSAY_PATH_TAG_SIZE, tag) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

/* Whether a channel may go on. */
static int usable(const struct assay_path* path, const struct channel* channel) {
    if (path->keys[channel->key].closed) return ASSAY_PATH_INVALID_STATE;
    if (channel->messages >= (channel->rpc ? UINT64_MAX : UINT32_MAX))
        return ASSAY_PATH_INSUFFICIENT_RESOURCES;
    return ASSAY_PATH_OK;
}

static int seal(struct assay_path* path, uint32_t number, const uint8_t* aad, size_t aad_size,
                const uint8_t* text, size_t size, uint8_t* sealed, uint8_t* tag, uint32_t* key_version) {
    struct channel* channel = &path->channels[number];
    const struct key* key = &path->keys[channel->key];
    const int status = usable(path, channel);
    if (status != ASSAY_PATH_OK) return status;
    uint8_t iv[ASSAY_PATH_IV_SIZE];
    next_iv(channel, iv);
    if (!crypt(1, key, iv, aad, aad_size, text, size, sealed, tag)) return ASSAY_PATH_INVALID_STATE;
    ++channel->messages;
    *key_version = 0;
    return ASSAY_PATH_OK;
}

static int open_next(struct assay_path* path, uint32_t number, uint32_t key_version, const uint8_t* tag,
                     const uint8_t* aad, size_t aad_size, const uint8_t* sealed, size_t size, uint8_t* text) {
    struct channel* channel = &path->channels[number];
    const struct key* key = &path->keys[channel->key];
    const int status = usable(path, channel);
    if (status != ASSAY_PATH_OK) return status;
    if (key_version != 0) return ASSAY_PATH_INVALID_DATA;
    uint8_t iv[ASSAY_PATH_IV_SIZE], expected[ASSAY_PATH_TAG_SIZE];
    memcpy(expected, tag, sizeof expected);
    next_iv(channel, iv);
    const int opened = crypt(0, key, iv, aad, aad_size, sealed, size, text, expected);
#ifndef PLANTED_BUG
    if (!opened) {
        OPENSSL_cleanse(text, size);
        return ASSAY_PATH_INVALID_DATA;
    }
#endif
    ++channel->messages;
    return opened ? ASSAY_PATH_OK : ASSAY_PATH_INVALID_DATA;
}

/* A new channel counter, and messages counted from the start. */
static int rotate_iv(struct assay_path* path, uint32_t number) {
    struct channel* channel = &path->channels[number];
    struct key* key = &path->keys[channel->key];
    if (key->closed) return ASSAY_PATH_INVALID_STATE;
    channel->counter = key->next_channel++;
    channel->messages = 0;
    return ASSAY_PATH_OK;
}

const assay_path_api* assay_path_get(void) {
    static const assay_path_api api = {.version = ASSAY_DUT_VERSION,
                                       .create = create,
                                       .destroy = destroy,
                                       .make_key = make_key,
                                       .next_channel = next_channel,
                                       .seal = seal,
                                       .open = open_next,
                                       .close_key = close_key,
                                       .rotate_iv = rotate_iv};
    return &api;
}
