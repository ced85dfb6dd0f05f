#include "stack/evidence/event_log.h"

#include <algorithm>

#include "stack/crypto/sha1.h"
#include "stack/evidence/keys.h"
#include "stack/evidence/log_records.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::evidence {

namespace {

constexpr uint32_t kRegisters = 24;

crypto::HashAlgo hash_of(uint16_t bank) {
    switch (bank) {
        case tpm_alg::sha384: return crypto::HashAlgo::sha384;
        case tpm_alg::sha512: return crypto::HashAlgo::sha512;
        default: return crypto::HashAlgo::sha256;
    }
}

Bytes hashed(uint16_t bank, ByteView bytes) {
    return bank == tpm_alg::sha1 ? sha1(bytes) : digest(hash_of(bank), bytes);
}

size_t size_of(uint16_t bank) {
    return bank == tpm_alg::sha1 ? crypto::kSha1Size : crypto::digest_size(hash_of(bank));
}

Bytes digest_in(uint16_t bank, const EventForm& event) {
    if (const auto given = event.digests.find(bank); given != event.digests.end()) return given->second;
    if (event.type == event_type::no_action) return Bytes(size_of(bank));
    return hashed(bank, event.digest_of ? *event.digest_of : event.data);
}

Bytes header(const EventLogForm& form) {
    SpecIdEvent event;
    for (const auto& banks : {form.banks, form.listed})
        for (const uint16_t bank : banks)
            event.algorithms.push_back({bank, static_cast<uint16_t>(size_of(bank))});
    return wire::encode_raw(event, {});
}

Bytes old_event(const EventForm& event) {
    OldLogEvent old;
    old.index = event.index;
    old.type = event.type;
    old.digest = digest_in(tpm_alg::sha1, event);
    old.data = event.data;
    return wire::encode_raw(old, {});
}

Bytes agile_event(const EventForm& event, const std::vector<uint16_t>& banks) {
    LogEvent2 agile{.index = event.index, .type = event.type, .data = event.data};
    for (const uint16_t bank : banks) agile.digests.push_back({bank, digest_in(bank, event)});
    return wire::encode_raw(agile, {});
}

}  // namespace

EventForm* EventLogForm::find(uint32_t index, uint32_t type) {
    const auto found = std::ranges::find_if(
        events, [&](const EventForm& event) { return event.index == index && event.type == type; });
    return found == events.end() ? nullptr : &*found;
}

Bytes make(const EventLogForm& form) {
    Bytes log;
    if (form.agile) append(log, old_event({.type = event_type::no_action, .data = header(form)}));
    for (const EventForm& event : form.events)
        append(log, form.agile ? agile_event(event, form.banks) : old_event(event));
    if (form.edit_after) form.edit_after(log);
    return log;
}

PcrValues replay(const EventLogForm& form, uint16_t bank) {
    PcrValues values;
    for (uint32_t i = 0; i < kRegisters; ++i) values[i] = Bytes(size_of(bank), i >= 17 && i <= 22 ? 0xff : 0);
    for (const EventForm& event : form.events) {
        if (event.type == event_type::no_action) {
            const auto begun = wire::decode_exact<StartupLocality>(event.data, {});
            if (begun && equal(begun->signature, as_bytes(kStartupLocality)))
                values[0].back() = begun->locality;
            continue;
        }
        Bytes& value = values[event.index];
        value = hashed(bank, concat({value, digest_in(bank, event)}));
    }
    return values;
}

Bytes startup_locality(uint8_t locality) {
    StartupLocality event;
    event.locality = locality;
    return wire::encode_raw(event, {});
}

Bytes efi_variable(std::string_view name, ByteView value) {
    // EFI_GLOBAL_VARIABLE, 8be4df61-93ca-11d2-aa0d-00e098032b8c.
    static constexpr uint8_t kGlobal[] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                          0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
    UefiVariableData variable;
    variable.vendor = to_bytes(kGlobal);
    variable.name.assign(name.begin(), name.end());
    variable.value = to_bytes(value);
    return wire::encode_raw(variable, {});
}

}  // namespace assay::evidence
