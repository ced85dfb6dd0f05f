#include "conformance/cli/claims_text.h"

#include <fmt/format.h>

#include "stack/wire/annotate.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"

namespace assay::cli {

namespace {

std::string bit_name(std::span<const wire::Bits> names, uint64_t selected) {
    for (const wire::Bits& bit : names) {
        if (selected == uint64_t{1} << bit.low) return std::string(bit.name);
    }
    return selected == 0 ? "none" : fmt::format("0x{:x}", selected);
}

}  // namespace

std::string capabilities_text(const spdm::Parameters& parameters) {
    wire::Span flags;
    flags.number = true;
    flags.size = 4;
    flags.value = parameters.responder_flags;
    flags.field = {.name = "Flags", .kind = wire::FieldKind::flags, .bits = wire::responder_flag_bits()};
    return fmt::format("0x{:08x} ({})", parameters.responder_flags, wire::meaning(flags, parameters.version));
}

std::string algorithms_text(const spdm::Parameters& parameters) {
    return fmt::format("{}, {}, measurements {}", bit_name(wire::base_asym_bits(), parameters.base_asym),
                       bit_name(wire::base_hash_bits(), parameters.base_hash),
                       bit_name(wire::measurement_hash_bits(), parameters.measurement_hash));
}

std::string session_algorithms_text(const spdm::Parameters& parameters) {
    return fmt::format("DHE {}, AEAD {}", bit_name(wire::algorithm_bits(wire::alg_type::dhe), parameters.dhe),
                       bit_name(wire::algorithm_bits(wire::alg_type::aead_cipher_suite), parameters.aead));
}

}  // namespace assay::cli
