// The TPM's quote (TPM 2.0 Library, Part 2, 10.12), the log that leads to it (TCG PC Client Platform Firmware
// Profile, chapter 10) and the boot that it speaks of.
#include <algorithm>

#include "fuzz/verifier_oracles.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using namespace evidence;
using namespace event_type;

namespace {

constexpr uint32_t kNoAction = 3, kFirmware = 0, kLoaders = 4, kLoaderData = 5, kSecureBoot = 7;

template <class Holds>
bool of_quote(const Sight& sight, Holds holds) {
    return !sight.machine.tpm || holds(*sight.machine.tpm);
}

Bytes sha256(ByteView bytes) { return digest(crypto::HashAlgo::sha256, bytes); }
Bytes measured(const EventForm& event) {
    return event.sha256.value_or(sha256(event.digest_of.value_or(event.data)));
}

std::vector<const EventForm*> events_of(const TpmForm& tpm, uint32_t index) {
    std::vector<const EventForm*> all;
    for (const EventForm& event : tpm.log.events)
        if (event.index == index && event.type != kNoAction) all.push_back(&event);
    return all;
}

bool is_selected(const TpmForm& tpm, uint32_t index) {
    return tpm.quote.bank == tpm_alg::sha256 && contains(tpm.quote.selected, static_cast<uint8_t>(index));
}

bool quote_is_a_tpms(const Sight& sight) {
    return of_quote(
        sight, [](const TpmForm& tpm) { return tpm.quote.magic == 0xff544347 && tpm.quote.type == 0x8018; });
}

bool quote_is_for_the_nonce(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        return tpm.quote.extra_data.empty() || tpm.quote.extra_data == vouched_by_tpm(sight.machine);
    });
}

// The attestation key that the runtime data names, if the processor vouches for some.
std::optional<KeyName> named_key(const Machine& machine) {
    if (!machine.snp || !machine.runtime_data) return std::nullopt;
    for (const auto& [kid, key] : machine.runtime_data->keys)
        if (kid == "HCLAkPub") return key;
    return std::nullopt;
}

bool quote_is_signed_by_its_key(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        const std::optional<KeyName> named = named_key(sight.machine);
        const bool certified = !tpm.chain.empty();
        return (named || certified) && (!named || tpm.quote.signer == *named) &&
               (!certified || tpm.quote.signer == tpm.chain.front().key) && !tpm.quote.edit_after &&
               !tpm.quote.edit_signature;
    });
}

// Runtime data says nothing of the nonce.
bool runtime_data_comes_with_a_quote(const Sight& sight) {
    return !sight.machine.snp || !sight.machine.runtime_data || sight.machine.tpm;
}

bool quote_is_signed_as_allowed(const Sight& sight) {
    return of_quote(sight, [](const TpmForm& tpm) {
        const QuoteForm& quote = tpm.quote;
        return quote.stated_scheme.value_or(quote.scheme) == quote.scheme &&
               (quote.hash == crypto::HashAlgo::sha256 || quote.hash == crypto::HashAlgo::sha384);
    });
}

std::vector<std::string> texts(const nlohmann::ordered_json& policy, const char* key) {
    return policy.value(key, std::vector<std::string>());
}

bool needed_registers_are_quoted(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        const auto policy = sight.policy_part("tpm");
        std::vector<uint32_t> needed = policy.value("registers", std::vector<uint32_t>());
        if (policy.value("secure_boot", true)) needed.push_back(kSecureBoot);
        if (!texts(policy, "boot_loaders").empty()) needed.push_back(kLoaders);
        if (!texts(policy, "firmware").empty()) needed.push_back(kFirmware);
        for (const auto& system : policy.value("systems", nlohmann::ordered_json::array()))
            for (const auto& [index, value] : system.items())
                needed.push_back(static_cast<uint32_t>(std::stoul(index)));
        return !tpm.quote.selected.empty() &&
               std::ranges::all_of(needed, [&](uint32_t index) { return is_selected(tpm, index); });
    });
}

Bytes digest_of(const TpmForm& tpm, const PcrValues& values) {
    std::vector<uint8_t> ordered = tpm.quote.selected;
    std::ranges::sort(ordered);
    Bytes all;
    for (const uint8_t index : ordered) append(all, values.at(index));
    return digest(tpm.quote.hash, all);
}

bool log_leads_to_the_registers(const Sight& sight) {
    return of_quote(sight, [](const TpmForm& tpm) {
        const PcrValues led_to = replay(tpm.log);
        const PcrValues& held = tpm.quote.values.empty() ? led_to : tpm.quote.values;
        const Bytes quoted = tpm.quote.pcr_digest.value_or(digest_of(tpm, held));
        return tpm.quote.bank == tpm_alg::sha256 && quoted == digest_of(tpm, led_to);
    });
}

// Of these what is measured is the event's data.
bool is_of_its_data(uint32_t type) {
    constexpr uint32_t kTypes[] = {separator, crtm_version, variable_driver_config, variable_authority,
                                   efi_action};
    return contains(kTypes, type);
}
bool has_digest_of_its_data(const EventForm& event) {
    return event.digest_of.value_or(event.data) == event.data && measured(event) == sha256(event.data);
}

bool digests_are_of_their_data(const Sight& sight) {
    return of_quote(sight, [](const TpmForm& tpm) {
        return std::ranges::all_of(tpm.log.events, [](const EventForm& event) {
            return !is_of_its_data(event.type) || has_digest_of_its_data(event);
        });
    });
}

const Bytes& zeros() {
    static const Bytes bytes(4, 0);
    return bytes;
}
const Bytes& ones() {
    static const Bytes bytes(4, 0xff);
    return bytes;
}

// By its type, or by what the register was extended with, the mark of an error included.
bool separates(const EventForm& event) {
    const Bytes digest = measured(event);
    return event.type == separator || digest == sha256(zeros()) || digest == sha256(ones()) ||
           digest == sha256(Bytes{1, 0, 0, 0});
}

bool may_follow(const EventForm& event) {
    return event.index == kLoaders || event.index == kLoaderData ||
           (event.index == kSecureBoot && event.type != variable_driver_config);
}

bool registers_have_one_separator(const Sight& sight) {
    return of_quote(sight, [](const TpmForm& tpm) {
        for (uint32_t index = 0; index < 8; ++index) {
            if (!is_selected(tpm, index)) continue;
            bool closed = false;
            for (const EventForm* event : events_of(tpm, index)) {
                const bool one = separates(*event);
                const bool good =
                    event->type == separator && (event->data == zeros() || event->data == ones());
                if (one ? closed || !good : closed && !may_follow(*event)) return false;
                closed = closed || one;
            }
            if (!closed) return false;
        }
        return true;
    });
}

// The variable of that name, whatever it holds in its one byte.
bool is_secure_boot(const EventForm& event) {
    const Bytes like = efi_variable("SecureBoot", Bytes{0});
    return event.type == variable_driver_config && event.data.size() == like.size() &&
           std::equal(like.begin(), like.end() - 1, event.data.begin());
}

bool secure_boot_was_on(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        if (!sight.policy_part("tpm").value("secure_boot", true)) return true;
        size_t said = 0;
        bool on = false;
        for (const EventForm* event : events_of(tpm, kSecureBoot)) {
            if (separates(*event)) break;
            if (!is_secure_boot(*event)) continue;
            ++said;
            on = event->data.back() == 1 && has_digest_of_its_data(*event);
        }
        return said == 1 && on;
    });
}

// Whatever register 4 was extended with, but for words about the boot itself.
bool boot_loaders_are_allowed(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        const auto allowed = texts(sight.policy_part("tpm"), "boot_loaders");
        if (allowed.empty()) return true;
        size_t loaders = 0;
        for (const EventForm* event : events_of(tpm, kLoaders)) {
            if (is_of_its_data(event->type) && measured(*event) == sha256(event->data)) continue;
            ++loaders;
            if (!contains(allowed, to_hex(measured(*event)))) return false;
        }
        return loaders > 0;
    });
}

bool firmware_is_allowed(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        const auto allowed = texts(sight.policy_part("tpm"), "firmware");
        return allowed.empty() || contains(allowed, to_hex(replay(tpm.log).at(kFirmware)));
    });
}

bool system_is_allowed(const Sight& sight) {
    return of_quote(sight, [&](const TpmForm& tpm) {
        const auto systems = sight.policy_part("tpm").value("systems", nlohmann::ordered_json::array());
        const PcrValues values = replay(tpm.log);
        const auto is_running = [&](const nlohmann::ordered_json& system) {
            for (const auto& [index, value] : system.items())
                if (value != to_hex(values.at(static_cast<uint32_t>(std::stoul(index))))) return false;
            return true;
        };
        return systems.empty() || std::any_of(systems.begin(), systems.end(), is_running);
    });
}

}  // namespace

std::span<const Fact> tpm_facts() {
    static constexpr Fact kFacts[] = {
        {"the quote is one, of a TPM", quote_is_a_tpms},
        {"the quote is for what it should be for", quote_is_for_the_nonce},
        {"the quote is signed by its key", quote_is_signed_by_its_key},
        {"runtime data comes with a quote", runtime_data_comes_with_a_quote},
        {"the quote is signed in the way that is allowed", quote_is_signed_as_allowed},
        {"registers that are needed are quoted", needed_registers_are_quoted},
        {"the log leads to the registers", log_leads_to_the_registers},
        {"digests in the log are of their data", digests_are_of_their_data},
        {"registers have one separator", registers_have_one_separator},
        {"secure boot was on", secure_boot_was_on},
        {"boot loaders are allowed", boot_loaders_are_allowed},
        {"the firmware is allowed", firmware_is_allowed},
        {"the system is allowed", system_is_allowed},
    };
    return kFacts;
}

}  // namespace assay::fuzz
