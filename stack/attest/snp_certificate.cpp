#include "stack/attest/snp_certificate.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::attest {

namespace {

constexpr uint8_t kDerInteger = 0x02;
constexpr uint8_t kDerOctets = 0x04;
constexpr uint8_t kDerIa5String = 0x16;
constexpr size_t kHardwareIds[] = {64, 8};  // their sizes, the latter from family 1Ah on

// The extensions of one certificate by what their object identifiers have below AMD's arc.
class AmdExtensions {
   public:
    AmdExtensions(const crypto::Certificate& certificate, const FaultConfig& switches)
        : certificate_(certificate), switches_(switches) {}

    std::optional<Bytes> operator[](std::string_view below) const {
        if (switches_.has(Defect::amd_oid_last_byte)) return by_last(below.back());
        return exactly(below);
    }

   private:
    std::optional<Bytes> exactly(std::string_view below) const {
        return crypto::extension(certificate_, fmt::format("{}.{}", kOidSnpArc, below));
    }

    std::optional<Bytes> by_last(char last) const {
        for (const std::string_view below :
             {"1", "2", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4", "5"}) {
            if (below.back() != last) continue;
            if (auto found = exactly(below)) return found;
        }
        return std::nullopt;
    }

    const crypto::Certificate& certificate_;
    const FaultConfig& switches_;
};

// An INTEGER from 0 to 255 in DER.
std::optional<uint8_t> small_integer(const std::optional<Bytes>& der) {
    if (!der || der->size() < 3 || (*der)[0] != kDerInteger || (*der)[1] != der->size() - 2)
        return std::nullopt;
    if (der->size() == 3 && (*der)[2] < 0x80) return (*der)[2];
    if (der->size() == 4 && (*der)[2] == 0 && (*der)[3] >= 0x80) return (*der)[3];
    return std::nullopt;
}

std::optional<Tcb> tcb_of(const AmdExtensions& extensions) {
    const auto bootloader = small_integer(extensions["3.1"]);
    const auto tee = small_integer(extensions["3.2"]);
    const auto snp = small_integer(extensions["3.3"]);
    const auto microcode = small_integer(extensions["3.8"]);
    const auto fmc_extension = extensions["3.9"];
    const auto fmc = fmc_extension ? small_integer(fmc_extension) : uint8_t{0};
    for (std::string_view reserved : {"3.4", "3.5", "3.6", "3.7"}) {
        const auto level = extensions[reserved];
        if (level && small_integer(level) != uint8_t{0}) return std::nullopt;
    }
    if (!bootloader || !tee || !snp || !microcode || !fmc) return std::nullopt;
    return Tcb{.fmc = *fmc, .bootloader = *bootloader, .tee = *tee, .snp = *snp, .microcode = *microcode};
}

std::optional<SnpProduct> product_named(const std::optional<Bytes>& der) {
    if (!der || der->size() < 2 || (*der)[0] != kDerIa5String || (*der)[1] != der->size() - 2)
        return std::nullopt;
    return product_from_name({reinterpret_cast<const char*>(der->data()) + 2, der->size() - 2});
}

// AMD's key server leaves out the OCTET STRING; the specification has it. Only the size distinguishes them:
// an identifier may begin with any byte.
Bytes hardware_id_in(const Bytes& value, bool by_first_byte) {
    const bool plain = std::ranges::find(kHardwareIds, value.size()) != std::end(kHardwareIds);
    const bool wrapped = !plain && value.size() > 2 && value[0] == kDerOctets && value[1] == value.size() - 2;
    const bool looks_so =
        by_first_byte && value.size() > 2 && (value[0] == kDerInteger || value[0] == kDerOctets);
    return wrapped || looks_so ? Bytes(value.begin() + 2, value.end()) : value;
}

}  // namespace

SnpCertificate read_snp_certificate(const crypto::Certificate& certificate, const FaultConfig& switches) {
    SnpCertificate read;
    const AmdExtensions extensions(certificate, switches);
    read.tcb = tcb_of(extensions);
    const auto hardware = extensions["4"];
    const bool provider = extensions["5"].has_value();
    const bool of_any_chip = switches.has(Defect::snp_vcek_without_chip);
    if ((hardware || of_any_chip) && !provider) read.kind = SnpSigner::vcek;
    if (!hardware && provider) read.kind = SnpSigner::vlek;
    if (hardware) read.hardware_id = hardware_id_in(*hardware, switches.has(Defect::snp_hardware_id_as_der));
    read.has_fmc = extensions["3.9"].has_value();
    read.struct_version = small_integer(extensions["1"]);
    read.product = product_named(extensions["2"]);
    return read;
}

}  // namespace assay::attest
