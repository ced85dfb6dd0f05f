// A sequence of requests against a live responder. Byte 0 of the input chooses the device, the rest is a
// program.
#include <fmt/format.h>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/invariants.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/targets.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;

constexpr uint32_t kExchange = 40;

void note(const spdm::Responder& responder, ByteView request, const std::optional<Bytes>& response) {
    uint32_t code = byte(wire::code_of(request));
    uint32_t state = static_cast<uint32_t>(responder.state()) << 8 | byte(responder.parameters().version);
    uint32_t refusal =
        responder.last_refusal() ? 1 + static_cast<uint32_t>(responder.last_refusal()->check) : 0;
    feature(kExchange, code, state, refusal << 1 | response.has_value());
    if (responder.last_refusal()) {
        reached("refused by " + std::string(spdm::info(responder.last_refusal()->check).name));
    } else if (response && wire::code_of(*response) != code::error) {
        reached(fmt::format("{} at {}", message_name(wire::code_of(*response)),
                            name(responder.parameters().version)));
    }
}

// Gives the responses. Each exchange is held against the invariants.
std::vector<std::optional<Bytes>> run(uint8_t choice, std::vector<Step> steps) {
    Fixtures& w = fixtures();
    SeededRandom random(1);
    spdm::Responder responder(w.device(choice), w.provider, random);
    lab::Observer observer(w.provider, &w.leaf_keys);
    std::vector<std::optional<Bytes>> responses;
    uint8_t token = 0;
    for (Step& step : steps) {
        repair(step, observer, token);
        Exact request(step.message);
        Before before(responder);
        observer.request(request);
        std::optional<Bytes> response = responder.receive(request);
        note(responder, request, response);
        check_exchange(before, responder, observer, request, response);
        if (response && response->size() > 6 && wire::code_of(*response) == code::error)
            token = (*response)[6];
        responses.push_back(std::move(response));
        if (observer.state() != spdm::ConnectionState::negotiated) continue;
        for (uint8_t slot : {uint8_t{0}, uint8_t{1}}) {
            const Bytes& chain = w.chain(observer.parameters(), slot);
            if (!chain.empty() && !observer.chains().contains(slot)) observer.provide_chain(slot, chain);
        }
    }
    return responses;
}

// Some inputs run twice: whatever an execution leaves behind shows there.
bool runs_twice(ByteView input) {
    unsigned sum = 0;
    for (uint8_t byte : input) sum = sum * 31 + byte;
    return sum % 16 == 0;
}

}  // namespace

void responder_program(ByteView input) {
    if (input.empty()) return;
    std::vector<Step> steps = parse_program(input.subspan(1));
    auto responses = run(input[0], steps);
    if (runs_twice(input) && run(input[0], steps) != responses) {
        violated("the same requests have the same responses", to_hex(input));
    }
}

}  // namespace assay::fuzz
