#include "stack/crypto/algorithms.h"

#include <utility>

namespace assay::crypto {

size_t digest_size(HashAlgo algo) {
    switch (algo) {
        case HashAlgo::sha256:
        case HashAlgo::sha3_256: return 32;
        case HashAlgo::sha384:
        case HashAlgo::sha3_384: return 48;
        case HashAlgo::sha512:
        case HashAlgo::sha3_512: return 64;
    }
    std::unreachable();
}

size_t signature_size(SignAlgo algo) {
    switch (algo) {
        case SignAlgo::rsassa_2048:
        case SignAlgo::rsapss_2048: return 256;
        case SignAlgo::rsassa_3072:
        case SignAlgo::rsapss_3072: return 384;
        case SignAlgo::rsassa_4096:
        case SignAlgo::rsapss_4096: return 512;
        case SignAlgo::ecdsa_p256:
        case SignAlgo::ed25519: return 64;
        case SignAlgo::ecdsa_p384: return 96;
        case SignAlgo::ecdsa_p521: return 132;
        case SignAlgo::ed448: return 114;
    }
    std::unreachable();
}

size_t exchange_size(DheGroup group) {
    switch (group) {
        case DheGroup::ffdhe2048: return 256;
        case DheGroup::ffdhe3072: return 384;
        case DheGroup::ffdhe4096: return 512;
        case DheGroup::secp256r1: return 64;
        case DheGroup::secp384r1: return 96;
        case DheGroup::secp521r1: return 132;
    }
    std::unreachable();
}

size_t shared_size(DheGroup group) {
    switch (group) {
        case DheGroup::secp256r1:
        case DheGroup::secp384r1:
        case DheGroup::secp521r1: return exchange_size(group) / 2;
        default: return exchange_size(group);
    }
}

size_t key_size(AeadAlgo algo) { return algo == AeadAlgo::aes_128_gcm ? 16 : 32; }

std::string_view name(HashAlgo algo) {
    switch (algo) {
        case HashAlgo::sha256: return "SHA-256";
        case HashAlgo::sha384: return "SHA-384";
        case HashAlgo::sha512: return "SHA-512";
        case HashAlgo::sha3_256: return "SHA3-256";
        case HashAlgo::sha3_384: return "SHA3-384";
        case HashAlgo::sha3_512: return "SHA3-512";
    }
    std::unreachable();
}

std::string_view name(SignAlgo algo) {
    switch (algo) {
        case SignAlgo::rsassa_2048: return "RSASSA_2048";
        case SignAlgo::rsapss_2048: return "RSAPSS_2048";
        case SignAlgo::rsassa_3072: return "RSASSA_3072";
        case SignAlgo::rsapss_3072: return "RSAPSS_3072";
        case SignAlgo::ecdsa_p256: return "ECDSA_P256";
        case SignAlgo::rsassa_4096: return "RSASSA_4096";
        case SignAlgo::rsapss_4096: return "RSAPSS_4096";
        case SignAlgo::ecdsa_p384: return "ECDSA_P384";
        case SignAlgo::ecdsa_p521: return "ECDSA_P521";
        case SignAlgo::ed25519: return "Ed25519";
        case SignAlgo::ed448: return "Ed448";
    }
    std::unreachable();
}

std::string_view name(DheGroup group) {
    switch (group) {
        case DheGroup::ffdhe2048: return "ffdhe2048";
        case DheGroup::ffdhe3072: return "ffdhe3072";
        case DheGroup::ffdhe4096: return "ffdhe4096";
        case DheGroup::secp256r1: return "secp256r1";
        case DheGroup::secp384r1: return "secp384r1";
        case DheGroup::secp521r1: return "secp521r1";
    }
    std::unreachable();
}

std::string_view name(AeadAlgo algo) {
    switch (algo) {
        case AeadAlgo::aes_128_gcm: return "AES-128-GCM";
        case AeadAlgo::aes_256_gcm: return "AES-256-GCM";
        case AeadAlgo::chacha20_poly1305: return "ChaCha20-Poly1305";
    }
    std::unreachable();
}

}  // namespace assay::crypto
