// The responder's measurements, and vendor-defined requests.
#include <algorithm>

#include "stack/spdm/algorithms.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"

namespace assay::spdm {

using namespace wire;

std::optional<crypto::HashAlgo> Responder::measurement_hash() const {
    return measurement_hash_algo(parameters_.measurement_hash);
}

Checked<Bytes> Responder::get_measurements(ByteView request) {
    size_t used = 0;
    auto message = TRY(decoded<GetMeasurements>(Check::measurements_malformed, request, &used));
    TRY(checker_.demand(Check::measurements_specification, parameters_.measurement_specification != 0));
    bool sign = (message.attributes & kSignatureRequested) != 0;
    TRY(checker_.demand(Check::measurements_no_signature, !sign || parameters_.meas_cap() == cap::meas_sig));
    uint8_t slot = parameters_.version >= Version::v1_1 ? message.slot_id_param & 0x0f : 0;
    const Identity* signer = identity(slot);
    if (sign) {
        TRY(checker_.demand(Check::measurements_slot, slot < kSlots));
        TRY(checker_.demand(Check::measurements_slot_empty, signer != nullptr || slot >= kSlots));
        // Without the two checks an unusable slot is taken for slot 0.
        if (signer == nullptr) signer = identity(slot = 0);
        if (signer == nullptr) return error(ErrorCode::unspecified);
    }

    auto exists = [&](const Measurement& measurement) { return measurement.since <= parameters_.version; };
    Measurements response;
    bool raw = parameters_.version >= Version::v1_2 && (message.attributes & kRawBitStreamRequested) != 0;
    if (message.operation == kMeasurementCount) {
        response.total_indices = static_cast<uint8_t>(std::ranges::count_if(device_.measurements, exists));
    } else {
        size_t blocks = 0;
        response.measurement_record =
            make_record(device_, provider_, measurement_hash(), raw, [&](const Measurement& measurement) {
                bool wanted = exists(measurement) && (message.operation == kAllMeasurements ||
                                                      measurement.index == message.operation);
                blocks += wanted;
                return wanted;
            });
        TRY(checker_.demand(Check::measurements_index, blocks > 0));
        response.number_of_blocks = static_cast<uint8_t>(blocks);
    }
    response.nonce = fresh_nonce();
    response.requester_context = message.requester_context;
    if (device_.measurement_opaque) response.opaque_data = device_.measurement_opaque(parameters_);
    const Context context = response_context(parameters_.context(), request);
    if (sign) {
        response.param2 = parameters_.version >= Version::v1_1 ? slot : 0;
        response.signature.resize(context.signature_size);
    }
    Bytes bytes = encoded(response, context);
    size_t unsigned_size = bytes.size() - (sign ? context.signature_size : 0);
    if (checker_.has(Defect::measured_with_vca_twice)) measured().add_l1(transcript_.vca());
    measured().add_l1(request.first(std::min(used, request.size())));
    measured().add_l1(ByteView(bytes).first(unsigned_size));
    if (!sign) return bytes;
    auto signature =
        sign_transcript(provider_, parameters_.suite(), signer->key, kMeasurementsContext, measured().l1());
    measured().reset_l1();
    if (!signature || signature->size() != context.signature_size) return error(ErrorCode::unspecified);
    std::ranges::copy(*signature, bytes.begin() + static_cast<ptrdiff_t>(unsigned_size));
    return bytes;
}

Checked<Bytes> Responder::vendor_defined(ByteView request) {
    TRY(checker_.demand(Check::vendor_unsupported, static_cast<bool>(device_.vendor),
                        code::vendor_defined_request));
    plant_vendor(request);
    auto message = TRY(decoded<VendorDefinedRequest>(Check::vendor_malformed, request));
    bool large = parameters_.version >= Version::v1_4 && (message.param1 & kLargePayload) != 0;
    TRY(checker_.demand(Check::vendor_large, !large || parameters_.both(cap::large_resp)));
    TRY(checker_.demand(Check::vendor_id_length,
                        vendor_id_length_ok(message.standard_id, message.vendor_id.size())));
    std::optional<Bytes> answer = device_.vendor ? device_.vendor(message) : Bytes{};
    if (!answer) {
        TRY(checker_.demand(Check::vendor_unsupported, false, code::vendor_defined_request));
        answer.emplace();
    }
    VendorDefinedResponse response;
    response.standard_id = message.standard_id;
    response.vendor_id = message.vendor_id;
    response.payload = std::move(*answer);
    response.spdm_version = byte(parameters_.version);
    return encode_raw(response, parameters_.context());
}

}  // namespace assay::spdm
