#include "stack/spdm/algorithms.h"

#include <bit>

namespace assay::spdm {

namespace {

using crypto::SignAlgo;

// By bit of BaseAsymAlgo; bit 9 is SM2_P256.
constexpr std::optional<SignAlgo> kSign[] = {
    SignAlgo::rsassa_2048, SignAlgo::rsapss_2048, SignAlgo::rsassa_3072, SignAlgo::rsapss_3072,
    SignAlgo::ecdsa_p256,  SignAlgo::rsassa_4096, SignAlgo::rsapss_4096, SignAlgo::ecdsa_p384,
    SignAlgo::ecdsa_p521,  std::nullopt,          SignAlgo::ed25519,     SignAlgo::ed448};

std::optional<size_t> single(uint32_t bits, size_t known) {
    if (std::popcount(bits) != 1) return std::nullopt;
    size_t at = static_cast<size_t>(std::countr_zero(bits));
    if (at >= known) return std::nullopt;
    return at;
}

template <class Algo>
std::optional<Algo> nth(std::optional<size_t> at) {
    if (!at) return std::nullopt;
    return static_cast<Algo>(*at);
}

uint32_t first_of(uint32_t offered, std::initializer_list<uint32_t> order) {
    for (uint32_t candidate : order) {
        if ((offered & candidate) != 0) return candidate;
    }
    return 0;
}

}  // namespace

std::optional<crypto::SignAlgo> sign_algo(uint32_t base_asym_bit) {
    std::optional<size_t> at = single(base_asym_bit, std::size(kSign));
    return at ? kSign[*at] : std::nullopt;
}

std::optional<crypto::HashAlgo> hash_algo(uint32_t base_hash_bit) {
    return nth<crypto::HashAlgo>(single(base_hash_bit, 6));
}

std::optional<crypto::HashAlgo> measurement_hash_algo(uint32_t measurement_hash_bit) {
    if ((measurement_hash_bit & 1) != 0) return std::nullopt;
    return hash_algo(measurement_hash_bit >> 1);
}

std::optional<crypto::DheGroup> dhe_group(uint32_t dhe_bit) {
    return nth<crypto::DheGroup>(single(dhe_bit, 6));
}
std::optional<crypto::AeadAlgo> aead_algo(uint32_t aead_bit) {
    return nth<crypto::AeadAlgo>(single(aead_bit, 3));
}

uint32_t bit(crypto::SignAlgo algo) {
    uint32_t at = static_cast<uint32_t>(algo);
    return uint32_t{1} << (at >= 9 ? at + 1 : at);
}
uint32_t bit(crypto::HashAlgo algo) { return uint32_t{1} << static_cast<uint32_t>(algo); }
uint32_t measurement_bit(crypto::HashAlgo algo) { return bit(algo) << 1; }

uint32_t prefer_base_asym(uint32_t offered) {
    // P-384, P-521, P-256, Ed25519, Ed448, then RSA from the largest, PSS first.
    return first_of(offered, {0x080, 0x100, 0x010, 0x400, 0x800, 0x040, 0x020, 0x008, 0x004, 0x002, 0x001});
}

uint32_t prefer_base_hash(uint32_t offered) {
    return first_of(offered, {0x02, 0x04, 0x01, 0x10, 0x20, 0x08});
}

uint32_t prefer_highest(uint32_t offered) { return std::bit_floor(offered); }

}  // namespace assay::spdm
