// What the requester learns of measurements, and vendor-defined exchanges.
#include <algorithm>

#include "stack/spdm/requester_impl.h"

namespace assay::spdm {

using namespace wire;

namespace {

constexpr uint8_t kSlotMask = 0x0f;

// Param2 of MEASUREMENTS, bits 5:4.
constexpr uint8_t content_changed(uint8_t param2) { return param2 >> 4 & 3; }

}  // namespace

Bytes Requester::get_measurements(const MeasurementRequest& wanted) {
    Version version = learned_.parameters.version;
    GetMeasurements message;
    message.operation = wanted.operation;
    if (wanted.sign) {
        message.attributes |= kSignatureRequested;
        message.nonce = fresh_nonce();
        message.slot_id_param = wanted.slot & kSlotMask;
    }
    if (wanted.raw && version >= Version::v1_2) message.attributes |= kRawBitStreamRequested;
    if (wanted.fresh && version >= Version::v1_3) message.attributes |= kNewMeasurementRequested;
    message.requester_context = fresh_context();
    return begin_message(message);
}

Checked<> Requester::measurements_received(ByteView response) {
    size_t used = 0;
    const Parameters& p = learned_.parameters;
    auto request = asked<GetMeasurements>();
    bool sign = (request.attributes & kSignatureRequested) != 0;
    const Context context = response_context(p.context(), pending_->request);
    auto message = TRY(decoded<Measurements>(response, context, &used));
    auto blocks = TRY(check_record(request.operation, message));
    if (sign && p.version >= Version::v1_1) {
        TRY(checker_.demand(Check::meas_slot, (message.param2 & kSlotMask) == request.slot_id_param));
    }
    if (p.version >= Version::v1_2) {
        uint8_t changed = content_changed(message.param2);
        TRY(checker_.demand(Check::meas_content_changed, changed != 3 && (sign || changed == 0)));
    }
    if (p.version >= Version::v1_3) {
        TRY(checker_.demand(Check::meas_context, message.requester_context == request.requester_context));
    }
    TRY(checker_.demand(Check::meas_opaque,
                        opaque_allowed(message.opaque_data) && opaque_well_formed(message.opaque_data)));
    measured().add_l1(pending_->request);
    measured().add_l1(without(response.first(used), message.signature.size()));
    if (sign) {
        TRY(checker_.demand(Check::meas_signature,
                            signature_holds(request.slot_id_param, kMeasurementsContext, measured().l1(),
                                            message.signature)));
    }
    if (request.operation == kMeasurementCount) learned_.measurement_count = message.total_indices;
    for (MeasurementBlock& block : blocks) {
        in_transcript()[block.index] = block;
        learned_.measurements[block.index] = std::move(block);
    }
    if (sign) {
        measured().reset_l1();
        learned_.signed_measurements = std::exchange(in_transcript(), {});
    }
    return {};
}

Checked<std::vector<MeasurementBlock>> Requester::check_record(uint8_t operation,
                                                               const Measurements& response) const {
    if (operation == kMeasurementCount) {
        uint8_t count = response.total_indices;
        TRY(checker_.demand(Check::meas_count, count != 0 && count != 0xff));
        bool empty = response.number_of_blocks == 0 && response.measurement_record.empty();
        TRY(checker_.demand(Check::meas_count_record, empty));
        return std::vector<MeasurementBlock>{};
    }
    const Context context = learned_.parameters.context();
    bool lenient = checker_.waived(Check::meas_record);
    auto record = TRY(checker_.demand_value(
        Check::meas_record,
        decode<MeasurementRecord>(response.measurement_record, context, {.lenient = lenient})));
    TRY(checker_.demand(Check::meas_record, record.blocks.size() == response.number_of_blocks));
    TRY(check_blocks(operation, record.blocks));
    return std::move(record.blocks);
}

Checked<> Requester::check_blocks(uint8_t operation, const std::vector<MeasurementBlock>& blocks) const {
    const Parameters& p = learned_.parameters;
    auto hash = measurement_hash_algo(p.measurement_hash);
    size_t digest_size = hash ? crypto::digest_size(*hash) : 0;
    int previous = 0;
    for (const MeasurementBlock& block : blocks) {
        TRY(checker_.demand(Check::meas_block_index, block.index != 0 && block.index != 0xff));
        TRY(checker_.demand(Check::meas_block_specification,
                            block.measurement_specification == p.measurement_specification));
        bool digest = (block.value_type & value_type::raw_bit_stream) == 0;
        bool sized = hash && block.value.size() == digest_size;
        TRY(checker_.demand(Check::meas_digest_size, !digest || sized));
        TRY(checker_.demand(Check::meas_unique, block.index > previous));
        previous = block.index;
    }
    bool one = blocks.size() == 1 && blocks.front().index == operation;
    return checker_.demand(Check::meas_index, operation == kAllMeasurements || one);
}

Bytes Requester::vendor_defined(const VendorDefinedBody& body) {
    VendorDefinedRequest message;
    static_cast<VendorDefinedBody&>(message) = body;
    message.spdm_version = byte(learned_.parameters.version);
    return begin(encode_raw(message, learned_.parameters.context()));
}

Checked<> Requester::vendor_received(ByteView response) {
    auto request =
        decode<VendorDefinedRequest>(pending_->request, learned_.parameters.context(), {.lenient = true});
    auto message = TRY(decoded<VendorDefinedResponse>(response, learned_.parameters.context(), nullptr));
    bool mirrored = message.standard_id == request->standard_id && message.vendor_id == request->vendor_id;
    TRY(checker_.demand(Check::vendor_mirror, mirrored));
    learned_.vendor_response = std::move(message);
    return {};
}

}  // namespace assay::spdm
