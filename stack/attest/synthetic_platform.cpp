#include "stack/attest/synthetic_platform.h"

#include "stack/attest/event_replay.h"
#include "stack/attest/snp_report.h"
#include "stack/base/writer.h"

namespace assay::attest::synthetic {

namespace {

Bytes text(std::string_view characters) { return to_bytes(as_bytes(characters)); }

Bytes utf16(std::string_view characters) {
    Writer writer;
    for (char c : characters) writer.u16(static_cast<uint8_t>(c));
    return std::move(writer).take();
}

void write_digests(Writer& writer, const EventForm& form, const std::vector<Bank>& banks, bool agile) {
    if (agile) writer.u32(static_cast<uint32_t>(banks.size()));
    for (Bank bank : banks) {
        if (agile) writer.u16(static_cast<uint16_t>(bank));
        const auto given = form.digests.find(bank);
        if (given != form.digests.end()) {
            writer.bytes(given->second);
        } else if (form.type == event::kNoAction) {
            writer.zeros(digest_size(bank));
        } else {
            writer.bytes(bank_digest(bank, form.measured.value_or(form.data)).view());
        }
    }
}

void write_event(Writer& writer, const EventForm& form, const std::vector<Bank>& banks, bool agile) {
    writer.u32(form.index).u32(form.type);
    write_digests(writer, form, banks, agile);
    writer.u32(static_cast<uint32_t>(form.data.size())).bytes(form.data);
}

Bytes header(const std::vector<Bank>& banks) {
    Writer writer;
    writer.bytes(as_bytes(std::string_view("Spec ID Event03\0", 16))).u32(0).u8(0).u8(2).u8(0).u8(2);
    writer.u32(static_cast<uint32_t>(banks.size()));
    for (Bank bank : banks) {
        writer.u16(static_cast<uint16_t>(bank)).u16(static_cast<uint16_t>(digest_size(bank)));
    }
    return std::move(writer.u8(0)).take();
}

void write_sized(Writer& writer, ByteView bytes) { writer.uint_be(bytes.size(), 2).bytes(bytes); }

}  // namespace

Bytes make_event_log(const LogForm& form) {
    Writer writer;
    const std::vector<Bank> old = {Bank::sha1};
    if (form.agile) write_event(writer, {0, event::kNoAction, header(form.banks)}, old, false);
    if (form.locality) {
        Bytes locality = text(std::string_view("StartupLocality\0", 16));
        locality.push_back(*form.locality);
        write_event(writer, {0, event::kNoAction, locality}, form.agile ? form.banks : old, form.agile);
    }
    for (const EventForm& one : form.events)
        write_event(writer, one, form.agile ? form.banks : old, form.agile);
    return std::move(writer).take();
}

Bytes uefi_variable(std::string_view name, ByteView value) {
    Writer writer;
    writer.bytes(from_hex("61dfe48bca93d211aa0d00e098032b8c").value()).u64(name.size()).u64(value.size());
    return std::move(writer.bytes(utf16(name)).bytes(value)).take();
}

Bytes loader_image() { return text("a boot loader"); }

LogForm genuine_log() {
    LogForm form;
    form.events = {{0, event::kCrtmVersion, utf16("synthetic firmware 1\0")},
                   {0, 0x80000008, Bytes(16), text("the firmware's volumes")},
                   {7, event::kVariableDriverConfig, uefi_variable("SecureBoot", Bytes{1})},
                   {7, event::kVariableDriverConfig, uefi_variable("PK", text("platform key"))},
                   {7, event::kSeparator, Bytes(4)},
                   {1, event::kVariableBoot, uefi_variable("BootOrder", Bytes{0, 0}), Bytes{0, 0}},
                   {4, event::kEfiAction, text("Calling EFI Application from Boot Option")}};
    for (uint32_t index = 0; index < 7; ++index) form.events.push_back({index, event::kSeparator, Bytes(4)});
    form.events.push_back({7, event::kVariableAuthority, uefi_variable("db", text("a certificate"))});
    form.events.push_back({5, event::kGpt, text("EFI PART")});
    form.events.push_back({4, event::kBootServicesApplication, Bytes(32), loader_image()});
    form.events.push_back({9, event::kIpl, text("/boot/vmlinuz"), text("a kernel")});
    form.events.push_back({5, event::kEfiAction, text("Exit Boot Services Invocation")});
    return form;
}

Bytes marshal(const Quote& quote) {
    Writer writer;
    writer.uint_be(quote.magic, 4).uint_be(quote.type, 2);
    write_sized(writer, quote.qualified_signer);
    write_sized(writer, quote.extra_data);
    writer.uint_be(quote.clock, 8).uint_be(quote.reset_count, 4).uint_be(quote.restart_count, 4).u8(1);
    writer.uint_be(quote.firmware_version, 8).uint_be(quote.selections.size(), 4);
    for (const Selection& selection : quote.selections) {
        uint32_t bits = 0;
        for (uint32_t index : selection.indexes) bits |= 1U << index;
        writer.uint_be(selection.algorithm, 2).u8(3).uint_le(bits, 3);
    }
    write_sized(writer, quote.digest);
    return std::move(writer).take();
}

Bytes marshal_ecdsa(uint16_t hash, ByteView r, ByteView s) {
    Writer writer;
    writer.uint_be(kTpmEcdsa, 2).uint_be(hash, 2);
    write_sized(writer, r);
    write_sized(writer, s);
    return std::move(writer).take();
}

Quote genuine_quote(ByteView log, std::vector<Selection> selections, ByteView extra_data) {
    Quote quote;
    quote.magic = kTpmGenerated;
    quote.type = kTpmQuote;
    quote.qualified_signer = Bytes(34, 0x0b);
    quote.extra_data = to_bytes(extra_data);
    quote.clock = 123456;
    quote.reset_count = 3;
    quote.firmware_version = 0x20191023;
    quote.selections = std::move(selections);
    const auto parsed = parse_event_log(log);
    if (parsed) {
        quote.digest =
            quoted_digest(quote, static_cast<uint16_t>(Bank::sha256), replay(*parsed)).value_or(Bytes{});
    }
    return quote;
}

std::vector<Selection> genuine_selection() {
    return {{static_cast<uint16_t>(Bank::sha256), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
}

Bytes chip_id() {
    Bytes id(64);
    for (size_t i = 0; i < id.size(); ++i) id[i] = static_cast<uint8_t>(i + 1);
    return id;
}

Bytes genuine_snp_report(ByteView report_data) {
    const auto tcb = [](Writer& writer) {
        writer.u8(kSnpTcb[0]).u8(kSnpTcb[1]).zeros(4).u8(kSnpTcb[2]).u8(kSnpTcb[3]);
    };
    Writer writer;
    writer.u32(3).u32(2).u64(0x30000 | 0x011f);  // SMT allowed, bit 17 is one, ABI 1.31
    writer.zeros(32).u32(0).u32(1);              // ids of family and image, VMPL, ECDSA P-384
    tcb(writer);
    writer.u64(1).u32(0).zeros(4);  // SMT is on; signed by a VCEK
    writer.bytes(report_data).bytes(Bytes(48, kSnpMeasurement));
    writer.zeros(32 + 48 + 48).bytes(Bytes(32, 0x42)).bytes(Bytes(32, 0xff));
    tcb(writer);
    writer.u8(0x19).u8(0x01).u8(0x01).zeros(21).bytes(chip_id());
    tcb(writer);
    writer.u8(3).u8(55).u8(1).u8(0).u8(3).u8(55).u8(1).u8(0);
    tcb(writer);
    return std::move(writer.zeros(kSnpReportSize - 0x1f8)).take();
}

}  // namespace assay::attest::synthetic
