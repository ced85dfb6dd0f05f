// The TPM's quote (TPM 2.0 Library, Part 2, 10.12), the log that leads to it (TCG PC Client Platform Firmware
// Profile, chapter 10) and the boot that it speaks of.
#include <algorithm>

#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using namespace evidence;
using namespace event_type;

namespace {

constexpr uint32_t kFirmware = 0, kLoaders = 4, kLoaderData = 5, kSecureBoot = 7;

template <class Holds>
bool of_quote(const EvidenceView& view, Holds holds) {
    return !view.machine.tpm || holds(*view.machine.tpm);
}

Bytes sha256(ByteView bytes) { return digest(crypto::HashAlgo::sha256, bytes); }
Bytes measured(const EventForm& event) {
    const auto given = event.digests.find(tpm_alg::sha256);
    return given != event.digests.end() ? given->second : sha256(event.digest_of.value_or(event.data));
}
// In the bank that is quoted.
bool measured_is_of(const TpmForm& tpm, const EventForm& event, const Bytes& data) {
    if (tpm.quote.bank == tpm_alg::sha1) return event.digest_of.value_or(event.data) == data;
    return measured(event) == sha256(data);
}

std::vector<const EventForm*> events_of(const TpmForm& tpm, uint32_t index) {
    std::vector<const EventForm*> all;
    for (const EventForm& event : tpm.log.events)
        if (event.index == index && event.type != no_action) all.push_back(&event);
    return all;
}

bool is_selected(const TpmForm& tpm, uint32_t index) {
    return contains(tpm.quote.selected, static_cast<uint8_t>(index));
}
bool is_selected_well(const TpmForm& tpm, uint32_t index) {
    return tpm.quote.bank == tpm_alg::sha256 && is_selected(tpm, index);
}

bool quote_is_a_tpms(const EvidenceView& view) {
    return of_quote(
        view, [](const TpmForm& tpm) { return tpm.quote.magic == 0xff544347 && tpm.quote.type == 0x8018; });
}

bool quote_is_for_the_nonce(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        return tpm.quote.extra_data.empty() || tpm.quote.extra_data == vouched_by_tpm(view.machine);
    });
}

// The attestation key that the runtime data names, if the processor signs for some.
std::optional<KeyName> named_key(const Machine& machine) {
    if (!machine.snp || !machine.runtime_data) return std::nullopt;
    for (const auto& [kid, key] : machine.runtime_data->keys)
        if (kid == "HCLAkPub") return key;
    return std::nullopt;
}

bool quote_is_signed_by_its_key(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        const std::optional<KeyName> named = named_key(view.machine);
        const bool certified = !tpm.chain.empty();
        return (named || certified) && (!named || tpm.quote.signer == *named) &&
               (!certified || tpm.quote.signer == tpm.chain.front().key) && !tpm.quote.edit_after &&
               !tpm.quote.edit_signature;
    });
}

// Runtime data says nothing of the nonce.
bool runtime_data_comes_with_a_quote(const EvidenceView& view) {
    return !view.machine.snp || !view.machine.runtime_data || view.machine.tpm;
}

bool quote_is_signed_as_allowed(const EvidenceView& view) {
    return of_quote(view, [](const TpmForm& tpm) {
        const QuoteForm& quote = tpm.quote;
        return quote.stated_scheme.value_or(quote.scheme) == quote.scheme &&
               (quote.hash == crypto::HashAlgo::sha256 || quote.hash == crypto::HashAlgo::sha384);
    });
}

std::vector<std::string> texts(const nlohmann::ordered_json& policy, const char* key) {
    return policy.value(key, std::vector<std::string>());
}

bool needed_registers_are_quoted(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        const auto policy = view.policy_part("tpm");
        std::vector<uint32_t> needed = policy.value("registers", std::vector<uint32_t>());
        if (policy.value("secure_boot", true)) needed.push_back(kSecureBoot);
        if (!texts(policy, "boot_loaders").empty()) needed.push_back(kLoaders);
        if (!texts(policy, "firmware").empty()) needed.push_back(kFirmware);
        for (const auto& system : policy.value("systems", nlohmann::ordered_json::array()))
            for (const auto& [index, value] : system.items())
                needed.push_back(static_cast<uint32_t>(std::stoul(index)));
        return !tpm.quote.selected.empty() &&
               std::ranges::all_of(needed, [&](uint32_t index) { return is_selected_well(tpm, index); });
    });
}

Bytes digest_of(const TpmForm& tpm, const PcrValues& values) {
    std::vector<uint8_t> ordered = tpm.quote.selected;
    std::ranges::sort(ordered);
    Bytes all;
    for (const uint8_t index : ordered) append(all, values.at(index));
    return digest(tpm.quote.hash, all);
}

bool log_leads_to_the_registers(const EvidenceView& view) {
    return of_quote(view, [](const TpmForm& tpm) {
        const PcrValues led_to = replay(tpm.log, tpm.quote.bank);
        const PcrValues& held = tpm.quote.values.empty() ? led_to : tpm.quote.values;
        const Bytes quoted = tpm.quote.pcr_digest.value_or(digest_of(tpm, held));
        return contains(tpm.log.banks, tpm.quote.bank) && quoted == digest_of(tpm, led_to);
    });
}

// Of these what is measured is the event's data.
bool is_of_its_data(uint32_t type) {
    constexpr uint32_t kTypes[] = {separator, variable_driver_config, variable_authority, efi_action};
    return contains(kTypes, type);
}

bool digests_are_of_their_data(const EvidenceView& view) {
    return of_quote(view, [](const TpmForm& tpm) {
        return std::ranges::all_of(tpm.log.events, [&](const EventForm& event) {
            return !is_selected(tpm, event.index) || !is_of_its_data(event.type) ||
                   measured_is_of(tpm, event, event.data);
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
bool looks_like_separator(const TpmForm& tpm, const EventForm& event) {
    return event.type == separator || measured_is_of(tpm, event, zeros()) ||
           measured_is_of(tpm, event, ones()) || measured_is_of(tpm, event, Bytes{1, 0, 0, 0});
}
bool separates(const TpmForm& tpm, const EventForm& event) {
    const bool nothing_else_is_so_short = event.index == kLoaders || event.index == kSecureBoot;
    return nothing_else_is_so_short ? looks_like_separator(tpm, event) : event.type == separator;
}

bool may_follow(const EventForm& event) {
    if (event.index == kLoaders || event.index == kLoaderData) return true;
    if (event.index == kSecureBoot) return event.type != variable_driver_config;
    const bool firmware = event.type == crtm_version || event.type == platform_firmware_blob;
    return event.type != ipl && !(event.index == kFirmware && firmware);
}

// Whether there is a separator in that register; nothing if one is not as it should be.
std::optional<bool> separated(const TpmForm& tpm, uint32_t index) {
    bool closed = false;
    for (const EventForm* event : events_of(tpm, index)) {
        const bool one = separates(tpm, *event);
        const bool good = event->type == separator && (event->data == zeros() || event->data == ones());
        if (one ? closed || !good : closed && !may_follow(*event)) return std::nullopt;
        closed = closed || one;
    }
    return closed;
}

bool registers_have_one_separator(const EvidenceView& view) {
    return of_quote(view, [](const TpmForm& tpm) {
        size_t selected = 0, closed = 0;  // of registers 0 to 6
        for (uint32_t index = 0; index < 8; ++index) {
            if (!is_selected(tpm, index)) continue;
            const auto one = separated(tpm, index);
            if (!one || (index == kSecureBoot && !*one)) return false;
            if (index == kSecureBoot) continue;
            ++selected;
            if (*one) ++closed;
        }
        return closed == 0 || closed == selected;
    });
}

// The variable of that name, whatever it holds in its one byte.
bool is_secure_boot(const EventForm& event) {
    const Bytes like = efi_variable("SecureBoot", Bytes{0});
    return event.type == variable_driver_config && event.data.size() == like.size() &&
           std::equal(like.begin(), like.end() - 1, event.data.begin());
}

bool secure_boot_was_on(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        if (!view.policy_part("tpm").value("secure_boot", true)) return true;
        size_t said = 0;
        bool on = false;
        for (const EventForm* event : events_of(tpm, kSecureBoot)) {
            if (separates(tpm, *event)) break;
            if (!is_secure_boot(*event)) continue;
            ++said;
            on = event->data.back() == 1 && measured_is_of(tpm, *event, event->data);
        }
        return said == 1 && on;
    });
}

// Words about the boot, and no program that says it is that.
bool is_harmless(const EventForm& event) {
    const bool text = !event.data.empty() && std::ranges::all_of(event.data, [](uint8_t byte) {
        return byte >= 0x20 && byte < 0x7f;
    });
    return (event.type == separator || (event.type == efi_action && text)) &&
           measured(event) == sha256(event.data);
}

// Whatever else register 4 was extended with.
bool boot_loaders_are_allowed(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        const auto allowed = texts(view.policy_part("tpm"), "boot_loaders");
        if (allowed.empty()) return true;
        size_t loaders = 0;
        for (const EventForm* event : events_of(tpm, kLoaders)) {
            if (is_harmless(*event)) continue;
            ++loaders;
            if (!contains(allowed, to_hex(measured(*event)))) return false;
        }
        return loaders > 0;
    });
}

bool firmware_is_allowed(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        const auto allowed = texts(view.policy_part("tpm"), "firmware");
        return allowed.empty() || contains(allowed, to_hex(replay(tpm.log).at(kFirmware)));
    });
}

bool system_is_allowed(const EvidenceView& view) {
    return of_quote(view, [&](const TpmForm& tpm) {
        const auto systems = view.policy_part("tpm").value("systems", nlohmann::ordered_json::array());
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
