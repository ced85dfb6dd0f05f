#include "conformance/suites/responder/measurement_answer.h"

namespace assay::cases {

std::expected<std::vector<Bytes>, engine::Finding> summaries_of_all(CaseContext& test,
                                                                    std::string_view requirement) {
    lab::Lab& lab = test.lab();
    const Exchange exchange = TRY(lab.send(lab.get_measurements(wire::kAllMeasurements, false)));
    TRY(test.expect_answer(exchange, requirement));
    const MeasurementAnswer answer = TRY(read_measurements(exchange));
    const auto hash = lab.seen().parameters().suite().hash;
    auto hashed = [&](ByteView bytes) { return to_bytes(lab.provider().digest(hash, bytes).view()); };
    std::vector<Bytes> accepted = {hashed(answer.message.measurement_record)};
    if (test.at_least(v1_2)) return accepted;
    Bytes contents;
    Bytes values;
    for (const wire::MeasurementBlock& block : answer.blocks) {
        const auto size = static_cast<uint16_t>(block.value.size());
        append(contents,
               Bytes{block.value_type, static_cast<uint8_t>(size), static_cast<uint8_t>(size >> 8)});
        append(contents, block.value);
        append(values, block.value);
    }
    accepted.push_back(hashed(contents));
    accepted.push_back(hashed(values));
    return accepted;
}

Result<MeasurementAnswer> read_measurements(const Exchange& exchange) {
    if (!exchange.answered()) {
        return fail(Errc::bad_code, "response", Error::npos,
                    "GET_MEASUREMENTS was answered with " + lab::describe(exchange));
    }
    MeasurementAnswer answer;
    answer.message = TRY(wire::decode<wire::Measurements>(*exchange.response, exchange.response_context));
    auto record = TRY(wire::decode_exact<wire::MeasurementRecord>(answer.message.measurement_record,
                                                                  exchange.response_context));
    answer.blocks = std::move(record.blocks);
    return answer;
}

}  // namespace assay::cases
