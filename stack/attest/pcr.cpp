#include "stack/attest/pcr.h"

#include <algorithm>
#include <charconv>

#include "stack/crypto/sha1.h"

namespace assay::attest {

namespace {

std::optional<crypto::HashAlgo> hash_of(Bank bank) {
    switch (bank) {
        case Bank::sha1: break;
        case Bank::sha256: return crypto::HashAlgo::sha256;
        case Bank::sha384: return crypto::HashAlgo::sha384;
        case Bank::sha512: return crypto::HashAlgo::sha512;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Bank> bank_from_algorithm(uint16_t algorithm) {
    for (Bank bank : {Bank::sha1, Bank::sha256, Bank::sha384, Bank::sha512}) {
        if (static_cast<uint16_t>(bank) == algorithm) return bank;
    }
    return std::nullopt;
}

std::string_view name(Bank bank) {
    switch (bank) {
        case Bank::sha1: break;
        case Bank::sha256: return "sha256";
        case Bank::sha384: return "sha384";
        case Bank::sha512: return "sha512";
    }
    return "sha1";
}

std::optional<Bank> bank_from_name(std::string_view text) {
    for (Bank bank : {Bank::sha1, Bank::sha256, Bank::sha384, Bank::sha512})
        if (text == name(bank)) return bank;
    return std::nullopt;
}

std::optional<uint32_t> register_index(std::string_view text) {
    uint32_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index >= kRegisterCount)
        return std::nullopt;
    return index;
}

size_t digest_size(Bank bank) {
    const std::optional<crypto::HashAlgo> hash = hash_of(bank);
    return hash ? crypto::digest_size(*hash) : crypto::kSha1Size;
}

bool strong(Bank bank) { return bank != Bank::sha1; }

crypto::Digest bank_digest(Bank bank, ByteView message) {
    const std::optional<crypto::HashAlgo> hash = hash_of(bank);
    return hash ? crypto::openssl_provider().digest(*hash, message) : crypto::sha1(message);
}

crypto::Digest extended(Bank bank, const crypto::Digest& value, ByteView measured) {
    return bank_digest(bank, concat({value.view(), measured}));
}

crypto::Digest reset_value(Bank bank, uint32_t index, uint8_t startup_locality) {
    crypto::Digest value;
    const std::span<uint8_t> bytes = value.resize(digest_size(bank));
    std::ranges::fill(bytes, index >= 17 && index <= 22 ? uint8_t{0xff} : uint8_t{0});
    if (index == 0) bytes.back() = startup_locality;
    return value;
}

std::optional<Bank> strongest_bank(const std::set<Register>& registers, uint32_t index) {
    for (Bank bank : {Bank::sha512, Bank::sha384, Bank::sha256}) {
        if (registers.contains({bank, index})) return bank;
    }
    return std::nullopt;
}

std::optional<Bank> any_bank(const std::set<Register>& registers, uint32_t index) {
    if (const auto strongest = strongest_bank(registers, index)) return strongest;
    if (registers.contains({Bank::sha1, index})) return Bank::sha1;
    return std::nullopt;
}

}  // namespace assay::attest
