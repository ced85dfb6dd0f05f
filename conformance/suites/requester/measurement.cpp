// Faults in measurements and in vendor-defined responses.
#include "conformance/suites/requester/fault.h"

#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;
using spdm::Identity;

namespace {

// A fault in the MEASUREMENTS that answer one operation, signed or not.
Fault measurements(uint8_t wanted, const std::function<void(Measurements&)>& change) {
    return fields<Measurements>(
        change, [wanted](const FaultContext& now) { return wire::param2(now.request) == wanted; });
}
Fault signed_measurements(const std::function<void(Measurements&)>& change) {
    return fields<Measurements>(change, [](const FaultContext& now) { return now.signed_measurements(); });
}
Fault when_signed(const std::function<void(Bytes&)>& change) {
    return [change](const FaultContext& now, Bytes& response) {
        if (now.signed_measurements()) change(response);
    };
}
// A fault in the blocks of a full record.
Fault blocks(const std::function<void(std::vector<MeasurementBlock>&)>& change) {
    return measurements(kAllMeasurements, [change](Measurements& m) {
        auto record = decode<MeasurementRecord>(m.measurement_record, {});
        if (!record) return;
        change(record->blocks);
        m.measurement_record = encode_raw(*record, {});
        m.number_of_blocks = static_cast<uint8_t>(record->blocks.size());
    });
}

}  // namespace

void add_measurement_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::meas_count,
         {},
         measurements(kMeasurementCount, [](Measurements& m) { m.total_indices = 0; }),
         {}},
        {Check::meas_count,
         {},
         measurements(kMeasurementCount, [](Measurements& m) { m.total_indices = 255; }),
         {}},
        {Check::meas_count_record,
         {},
         measurements(kMeasurementCount, [](Measurements& m) { m.number_of_blocks = 1; }),
         {}},
        {Check::meas_index, {}, measurements(2, [](Measurements& m) { m.measurement_record[0] = 3; })},
        {Check::meas_unique, {}, blocks([](auto& list) { list[1] = list[0]; })},
        {Check::meas_record, {}, signed_measurements([](Measurements& m) { m.number_of_blocks += 1; })},
        {Check::meas_record,
         {},
         measurements(kAllMeasurements, [](Measurements& m) { m.measurement_record.pop_back(); })},
        {Check::meas_block_index, {}, blocks([](auto& list) { list.back().index = 255; })},
        {Check::meas_block_specification, {}, blocks([](auto& list) {
             list[0].measurement_specification = 3;
         })},
        {Check::meas_digest_size, {}, blocks([](auto& list) { list[0].value.pop_back(); })},
        {Check::meas_slot, {}, signed_measurements([](Measurements& m) { m.param2 = 2; })},
        {Check::meas_content_changed, {}, signed_measurements([](Measurements& m) { m.param2 = 0x30; })},
        {Check::meas_content_changed,
         {},
         measurements(kMeasurementCount, [](Measurements& m) { m.param2 = 0x10; }),
         {}},
        {Check::meas_context, {}, signed_measurements([](Measurements& m) { m.requester_context[0] ^= 1; })},
        {Check::meas_opaque, {Version::v1_2}, signed_measurements([](Measurements& m) {
             m.opaque_data = {1, 2, 3, 4};
         })},
        {Check::meas_opaque,
         {Version::v1_2},
         signed_measurements([](Measurements& m) { m.opaque_data = {1, 0, 0, 0, 0, 0, 0, 0}; }),
         [](Ends& ends) { ends.settings.opaque_formats = 0; }},
        {Check::meas_signature, {}, when_signed(flip)},
        {Check::vendor_mirror, {}, fields<VendorDefinedResponse>([](VendorDefinedResponse& m) {
             m.vendor_id.push_back(1);
         })},
        {Check::vendor_mirror, {}, fields<VendorDefinedResponse>([](VendorDefinedResponse& m) {
             m.standard_id = 1;
         })}};
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

}  // namespace assay::cases::requester
