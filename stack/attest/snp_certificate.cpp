#include "stack/attest/snp_certificate.h"

#include <fmt/format.h>

namespace assay::attest {

namespace {

constexpr uint8_t kDerInteger = 0x02;
constexpr uint8_t kDerOctets = 0x04;

std::optional<Bytes> amd_extension(const crypto::Certificate& certificate, std::string_view below) {
    return crypto::extension(certificate, fmt::format("{}.{}", kOidSnpArc, below));
}

// An INTEGER from 0 to 255 in DER.
std::optional<uint8_t> small_integer(const std::optional<Bytes>& der) {
    if (!der || der->size() < 3 || (*der)[0] != kDerInteger || (*der)[1] != der->size() - 2)
        return std::nullopt;
    if (der->size() == 3 && (*der)[2] < 0x80) return (*der)[2];
    if (der->size() == 4 && (*der)[2] == 0 && (*der)[3] >= 0x80) return (*der)[3];
    return std::nullopt;
}

std::optional<Tcb> tcb_of(const crypto::Certificate& certificate) {
    const auto bootloader = small_integer(amd_extension(certificate, "3.1"));
    const auto tee = small_integer(amd_extension(certificate, "3.2"));
    const auto snp = small_integer(amd_extension(certificate, "3.3"));
    const auto microcode = small_integer(amd_extension(certificate, "3.8"));
    const auto fmc_extension = amd_extension(certificate, "3.9");
    const auto fmc = fmc_extension ? small_integer(fmc_extension) : uint8_t{0};
    if (!bootloader || !tee || !snp || !microcode || !fmc) return std::nullopt;
    return Tcb{.fmc = *fmc, .bootloader = *bootloader, .tee = *tee, .snp = *snp, .microcode = *microcode};
}

}  // namespace

SnpCertificate read_snp_certificate(const crypto::Certificate& certificate, const Waivers& switches) {
    SnpCertificate read;
    read.tcb = tcb_of(certificate);
    const auto hardware = amd_extension(certificate, "4");
    const bool provider = amd_extension(certificate, "5").has_value();
    const bool of_any_chip = switches.has(Defect::snp_vcek_without_chip);
    if ((hardware || of_any_chip) && !provider) read.kind = SnpSigner::vcek;
    if (!hardware && provider) read.kind = SnpSigner::vlek;
    if (hardware) {
        // AMD's key server leaves out the OCTET STRING; the specification has it.
        const bool wrapped = hardware->size() > 2 && (*hardware)[0] == kDerOctets &&
                             (*hardware)[1] == hardware->size() - 2 && hardware->size() != 64 &&
                             hardware->size() != 8;
        read.hardware_id = wrapped ? Bytes(hardware->begin() + 2, hardware->end()) : *hardware;
    }
    return read;
}

}  // namespace assay::attest
