#include "stack/evidence/report.h"

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::evidence {

namespace {

constexpr size_t kSignature = 96;

Bytes encode(const BlockForm& block) {
    const size_t value = block.value.size();
    Writer out;
    out.u8(block.index).u8(block.specification);
    out.u16(block.size.value_or(static_cast<uint16_t>(3 + value + block.after.size())));
    out.u8(block.type).u16(block.value_size.value_or(static_cast<uint16_t>(value)));
    out.bytes(block.value).bytes(block.after);
    return std::move(out).take();
}

Bytes encode_record(const ReportForm& form) {
    Bytes out;
    for (const BlockForm& block : form.blocks) append(out, encode(block));
    return out;
}

Bytes fields(const ReportForm& form) {
    Writer out;
    for (const OpaqueForm& field : form.opaque) {
        out.u16(field.type).u16(field.length.value_or(static_cast<uint16_t>(field.value.size())));
        out.bytes(field.value);
    }
    out.bytes(form.opaque_tail);
    return std::move(out).take();
}

// What the response says that it is of decides how its opaque data is written.
bool is_general(const ReportForm& form) {
    const uint8_t version = form.response_version.value_or(wire::byte(form.version));
    return version >= wire::byte(wire::Version::v1_2);
}

// From 1.2 on the fields are the data of one element of NVIDIA's.
Bytes opaque_data(const ReportForm& form) {
    Bytes data = fields(form);
    if (!is_general(form)) return data;
    const wire::Context context{.version = wire::Version::v1_2};
    const wire::OpaqueData general{
        .elements = {{.id = 3, .vendor_id = {0xde, 0x10}, .data = std::move(data), .align_padding = {}}}};
    return wire::encode_raw(general, context);
}

size_t before_fields(const ReportForm& form) { return is_general(form) ? 10 : 0; }

Bytes request(const ReportForm& form) {
    Writer out;
    out.u8(form.request_version.value_or(wire::byte(form.version))).u8(form.request_code);
    out.u8(form.attributes).u8(form.operation).bytes(form.nonce).u8(form.slot);
    return std::move(out).take();
}

}  // namespace

OpaqueForm* ReportForm::field(uint16_t type) {
    const auto found = std::ranges::find(opaque, type, &OpaqueForm::type);
    return found == opaque.end() ? nullptr : &*found;
}

void ReportForm::drop(uint16_t type) {
    std::erase_if(opaque, [&](const OpaqueForm& field) { return field.type == type; });
}

ReportLayout layout(const ReportForm& form) {
    ReportLayout at;
    at.response = request(form).size();
    at.record = at.response + 8;
    at.responder_nonce = at.record + encode_record(form).size();
    at.opaque_length = at.responder_nonce + form.responder_nonce.size();
    at.opaque = at.opaque_length + 2 + before_fields(form);
    at.signature = at.opaque_length + 2 + opaque_data(form).size();
    at.end = at.signature + kSignature;
    return at;
}

Bytes make(const ReportForm& form, ByteView vca) {
    const Bytes record = encode_record(form);
    const Bytes opaque = opaque_data(form);
    Writer out;
    out.bytes(request(form));
    out.u8(form.response_version.value_or(wire::byte(form.version))).u8(form.response_code);
    out.u8(form.param1).u8(form.param2);
    out.u8(form.block_count.value_or(static_cast<uint8_t>(form.blocks.size())));
    out.uint_le(form.record_length.value_or(static_cast<uint32_t>(record.size())), 3);
    out.bytes(record).bytes(form.responder_nonce);
    out.u16(form.opaque_length.value_or(static_cast<uint16_t>(opaque.size()))).bytes(opaque);
    Bytes report = std::move(out).take();
    if (form.edit_before) form.edit_before(report);
    Bytes covered = concat({vca, report});
    if (form.version >= wire::Version::v1_2) {
        covered = concat({spdm::signing_prefix(form.version, spdm::kMeasurementsContext),
                          digest(crypto::HashAlgo::sha384, covered)});
    }
    append(report, sign(form.signer, crypto::HashAlgo::sha384, covered));
    if (form.edit_after) form.edit_after(report);
    return report;
}

}  // namespace assay::evidence
