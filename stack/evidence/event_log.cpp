#include "stack/evidence/event_log.h"

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/crypto/sha1.h"
#include "stack/evidence/keys.h"

namespace assay::evidence {

namespace {

constexpr std::string_view kStartupLocality{"StartupLocality\0", 16};
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

// TCG_EfiSpecIdEvent.
Bytes header(const EventLogForm& form) {
    Writer content;
    content.bytes(as_bytes("Spec ID Event03")).u8(0).u32(0);
    content.u8(0).u8(2).u8(0).u8(2);  // version 2.0, UINTN of 64 bits
    content.u32(static_cast<uint32_t>(form.banks.size() + form.listed.size()));
    for (const auto& banks : {form.banks, form.listed})
        for (const uint16_t bank : banks) content.u16(bank).u16(static_cast<uint16_t>(size_of(bank)));
    return std::move(content.u8(0)).take();
}

void write_data(Writer& out, ByteView data) { out.u32(static_cast<uint32_t>(data.size())).bytes(data); }

// TCG_PCClientPCREvent, the form of the header and of all events of an older log.
void write_old(Writer& out, const EventForm& event) {
    out.u32(event.index).u32(event.type).bytes(digest_in(tpm_alg::sha1, event));
    write_data(out, event.data);
}

}  // namespace

EventForm* EventLogForm::find(uint32_t index, uint32_t type) {
    const auto found = std::ranges::find_if(
        events, [&](const EventForm& event) { return event.index == index && event.type == type; });
    return found == events.end() ? nullptr : &*found;
}

Bytes make(const EventLogForm& form) {
    Writer out;
    if (form.agile) write_old(out, {.type = event_type::no_action, .data = header(form)});
    for (const EventForm& event : form.events) {
        if (!form.agile) {
            write_old(out, event);
            continue;
        }
        out.u32(event.index).u32(event.type).u32(static_cast<uint32_t>(form.banks.size()));
        for (const uint16_t bank : form.banks) out.u16(bank).bytes(digest_in(bank, event));
        write_data(out, event.data);
    }
    Bytes log = std::move(out).take();
    if (form.edit_after) form.edit_after(log);
    return log;
}

PcrValues replay(const EventLogForm& form, uint16_t bank) {
    PcrValues values;
    for (uint32_t i = 0; i < kRegisters; ++i) values[i] = Bytes(size_of(bank), i >= 17 && i <= 22 ? 0xff : 0);
    for (const EventForm& event : form.events) {
        if (event.type == event_type::no_action) {
            if (event.data.size() == kStartupLocality.size() + 1 &&
                equal(ByteView(event.data).first(kStartupLocality.size()), as_bytes(kStartupLocality)))
                values[0].back() = event.data.back();
            continue;
        }
        Bytes& value = values[event.index];
        value = hashed(bank, concat({value, digest_in(bank, event)}));
    }
    return values;
}

Bytes startup_locality(uint8_t locality) { return concat({as_bytes(kStartupLocality), Bytes{locality}}); }

Bytes efi_variable(std::string_view name, ByteView value) {
    // EFI_GLOBAL_VARIABLE, 8be4df61-93ca-11d2-aa0d-00e098032b8c.
    static constexpr uint8_t kGlobal[] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                          0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
    Writer out;
    out.bytes(kGlobal).u64(name.size()).u64(value.size());
    for (const char c : name) out.u16(static_cast<uint8_t>(c));
    out.bytes(value);
    return std::move(out).take();
}

}  // namespace assay::evidence
