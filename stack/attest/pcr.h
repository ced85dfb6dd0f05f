// The registers of a TPM: their banks, and how they are extended. TPM 2.0 Library Part 1, section 17; TCG PC
// Client Platform TPM Profile, section 4.6.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "stack/base/bytes.h"
#include "stack/crypto/provider.h"
#include "stack/evidence/tpm_alg.h"

namespace assay::attest {

inline constexpr uint32_t kRegisterCount = 24;  // of a PC client

// A bank by its TPM_ALG_ID. Others exist; they are read past in logs, and cannot be replayed.
enum class Bank : uint16_t {
    sha1 = evidence::tpm_alg::sha1,
    sha256 = evidence::tpm_alg::sha256,
    sha384 = evidence::tpm_alg::sha384,
    sha512 = evidence::tpm_alg::sha512
};

std::optional<Bank> bank_from_algorithm(uint16_t algorithm);
std::string_view name(Bank bank);  // "sha256", as tpm2-tools write it
std::optional<Bank> bank_from_name(std::string_view name);
// "10": a number below kRegisterCount, and nothing else.
std::optional<uint32_t> register_index(std::string_view text);
size_t digest_size(Bank bank);  // bytes
// Whether its collisions are out of reach: all but SHA-1.
bool strong(Bank bank);

crypto::Digest bank_digest(Bank bank, ByteView message);
// The new value of a register: the digest of its value and of what is measured.
crypto::Digest extended(Bank bank, const crypto::Digest& value, ByteView measured);
// The value after a reset. Register 0 holds the locality of TPM2_Startup; 17 to 22 are all ones until a
// dynamic launch.
crypto::Digest reset_value(Bank bank, uint32_t index, uint8_t startup_locality);

// One register of a TPM.
struct Register {
    Bank bank = Bank::sha256;
    uint32_t index = 0;
    friend auto operator<=>(const Register&, const Register&) = default;
};
using Registers = std::map<Register, crypto::Digest>;

// The strongest bank, SHA-1 left out, in which a register of this index is in the set; none if there is no
// such.
std::optional<Bank> strongest_bank(const std::set<Register>& registers, uint32_t index);
// The same, with SHA-1 when there is no other: for rules that hold whatever the digests are worth.
std::optional<Bank> any_bank(const std::set<Register>& registers, uint32_t index);

}  // namespace assay::attest
