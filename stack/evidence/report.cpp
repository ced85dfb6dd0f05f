#include "stack/evidence/report.h"

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/variants.h"

namespace assay::evidence {

namespace {

constexpr size_t kSignature = 96;

// Writes a number over a field of a structure, if there is one to write.
template <class M>
void lie(Bytes& bytes, std::string_view field, std::optional<uint16_t> number) {
    if (number) wire::set_number(bytes, *wire::annotate_as<M>(bytes).find(field), *number);
}

Bytes encode(const BlockForm& block) {
    using Block = wire::MeasurementBlock;
    Bytes bytes = wire::encode_raw(Block{.index = block.index,
                                         .measurement_specification = block.specification,
                                         .value_type = block.type,
                                         .value = block.value},
                                   {});
    // What stands behind the value is inside the block.
    std::optional<uint16_t> size = block.size;
    if (!size && !block.after.empty())
        size = wire::annotate_as<Block>(bytes).find("MeasurementSize")->value + block.after.size();
    lie<Block>(bytes, "MeasurementSize", size);
    lie<Block>(bytes, "DMTFSpecMeasurementValueSize", block.value_size);
    append(bytes, block.after);
    return bytes;
}

Bytes encode_record(const ReportForm& form) {
    Bytes out;
    for (const BlockForm& block : form.blocks) append(out, encode(block));
    return out;
}

Bytes fields(const ReportForm& form) {
    Bytes all;
    for (const OpaqueForm& field : form.opaque) {
        Bytes one = wire::encode_raw(NvidiaField{field.type, field.value}, {});
        lie<NvidiaField>(one, "length", field.length);
        append(all, one);
    }
    append(all, form.opaque_tail);
    return all;
}

// What the response says that it is of decides how its opaque data is written.
wire::Version opaque_version(const ReportForm& form) {
    const uint8_t version = form.response_version.value_or(wire::byte(form.version));
    return version >= wire::byte(wire::Version::v1_2) ? wire::Version::v1_2 : wire::Version::v1_1;
}

Bytes opaque_data(const ReportForm& form) { return nvidia_opaque_data(opaque_version(form), fields(form)); }

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
    const Bytes empty = wire::encode_raw(wire::Measurements(), {});
    const wire::Annotation parts = wire::annotate_as<wire::Measurements>(empty);
    at.record = at.response + parts.find("MeasurementRecord")->offset;
    at.responder_nonce = at.record + encode_record(form).size();
    at.opaque_length = at.responder_nonce + form.responder_nonce.size();
    const Bytes opaque = opaque_data(form);
    const size_t opaque_begin = at.opaque_length + parts.find("OpaqueDataLength")->size;
    at.opaque = opaque_begin + find_nvidia_fields(opaque_version(form), opaque).value().offset;
    at.signature = opaque_begin + opaque.size();
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
