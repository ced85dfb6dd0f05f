#include "conformance/cases/responder/support.h"

namespace assay::cases {

Case positive(std::string id, std::string title, Ids requirements, std::function<Judgement(Trial&)> run) {
    Case one;
    one.id = std::move(id);
    one.title = std::move(title);
    one.requirements = std::move(requirements);
    one.run = std::move(run);
    return one;
}

Case negative(std::string id, std::string title, Ids requirements, std::function<Judgement(Trial&)> run) {
    Case one = positive(std::move(id), std::move(title), std::move(requirements), std::move(run));
    one.negative = true;
    return one;
}

Case refusal(std::string id, std::string title, Ids requirements, MakeRequest request, Allowed allowed) {
    std::string requirement = requirements.front();
    auto run = [request = std::move(request), allowed = std::move(allowed),
                requirement](Trial& trial) -> Judgement {
        TRY(negotiate(trial));
        return trial.expect(TRY(trial.lab().send(TRY(request(trial)))), allowed, requirement);
    };
    return negative(std::move(id), std::move(title), std::move(requirements), std::move(run));
}

Case since(Version version, Case one) {
    one.since = version;
    return one;
}

Case until(Version version, Case one) {
    one.until = version;
    return one;
}

Case needs(uint32_t responder_flags, Case one) {
    one.needs = responder_flags;
    return one;
}

Bytes header(Version version, uint8_t code, uint8_t param1, uint8_t param2) {
    return {wire::byte(version), code, param1, param2};
}

Allowed invalid() { return refused(ErrorCode::invalid_request); }
Allowed unexpected() { return refused(ErrorCode::unexpected_request); }

Judgement negotiate(Trial& trial) {
    TRY(trial.lab().negotiated(trial.version()));
    return {};
}

Judgement negotiate_with_chain(Trial& trial, uint8_t slot) {
    TRY(negotiate(trial));
    if (trial.lab().seen().chains().contains(slot)) return {};
    TRY(trial.lab().ensure_chain(slot));
    return negotiate(trial);
}

}  // namespace assay::cases
