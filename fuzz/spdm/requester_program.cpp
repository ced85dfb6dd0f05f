// An attacker between a live requester and a live responder. Byte 0 of the input chooses the highest version
// that is offered (bits 2:0), how the walk goes (3 and 4) and the device (7:5); then each step is what
// becomes of one response:
//   flags 0: it goes through. 1: one byte is changed, at (message[0..1] little-endian) by message[2]. 2: it
//   is cut to that size. 3: the message instead. 4: an earlier response instead. 5: one field is changed, by
//   the random seed message[0..]. Responses beyond the last step go through.
#include <fmt/format.h>

#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/targets.h"
#include "stack/spdm/attestation.h"
#include "stack/spdm/responder.h"

namespace assay::fuzz {

namespace {

constexpr uint32_t kAttack = 60;
constexpr size_t kMaxExchanges = 96;

// The layout of the response to a request; a poll counts as the request it stands for.
wire::Context layout(const spdm::Responder& responder, ByteView request) {
    return wire::response_context(responder.parameters().context(), request);
}

// What the attacker makes of a response; true when it is another one.
bool attack(const Step& step, Bytes& response, const std::vector<Bytes>& earlier,
            const wire::Context& context) {
    const Bytes& how = step.message;
    Bytes before = response;
    size_t number = how.size() > 1 ? static_cast<size_t>(how[0] | how[1] << 8) : 0;
    switch (step.flags & 7) {
        case 1:
            if (how.size() > 2 && !response.empty()) response[number % response.size()] ^= how[2];
            break;
        case 2: response.resize(std::min(number, response.size())); break;
        case 3: response = how; break;
        case 4:
            if (!earlier.empty()) response = earlier[number % earlier.size()];
            break;
        case 5: {
            SeededRandom random(number);
            mutate_field(response, random, context);
            break;
        }
        default: break;
    }
    return response != before;
}

// A requester that believes must have seen what the responder sent: VCA, the leaf's key and the measurements.
void check_belief(const spdm::Requester& requester, const spdm::Responder& responder,
                  const spdm::Device& device) {
    if (requester.authenticated() && !equal(requester.transcript().vca(), responder.transcript().vca())) {
        violated("who is authenticated agreed on the same VCA", to_hex(requester.transcript().vca()));
    }
    auto hash = spdm::measurement_hash_algo(requester.parameters().measurement_hash);
    for (const auto& [index, block] : requester.signed_measurements()) {
        bool found = false;
        for (const spdm::Measurement& real : device.measurements) {
            if (real.index != index) continue;
            bool raw = (block.value_type & wire::value_type::raw_bit_stream) != 0;
            found = spdm::make_block(real, fixtures().provider, hash, raw).value == block.value;
        }
        if (!found) violated("a signed measurement is the device's", fmt::format("index {}", index));
    }
}

}  // namespace

void requester_program(ByteView input) {
    if (input.empty()) return;
    Fixtures& w = fixtures();
    spdm::RequesterConfig config = w.requester;
    config.versions.resize(1 + (input[0] & 7) % config.versions.size());
    spdm::AttestationOptions options;
    options.every_slot = (input[0] & 8) != 0;
    options.unsigned_measurements = (input[0] & 16) != 0;
    SeededRandom ours(1), theirs(2);
    const spdm::Device& device = w.device(input[0] >> 5);
    spdm::Responder responder(device, w.provider, theirs);
    spdm::Requester requester(config, w.provider, ours);
    spdm::AttestationWalk walk(requester, options);

    std::vector<Step> steps = parse_program(input.subspan(1));
    std::vector<Bytes> earlier;
    bool attacked = false;
    Bytes asked;
    for (size_t i = 0; std::optional<spdm::ToSend> next = walk.next(); ++i) {
        if (i >= kMaxExchanges) violated("a walk comes to an end", to_hex(input));
        Exact request(next->message);
        Bytes response = responder.receive(request).value_or(Bytes{});
        earlier.push_back(response);
        if (wire::code_of(next->message) != wire::code::respond_if_ready) asked = next->message;
        bool changed = i < steps.size() && attack(steps[i], response, earlier, layout(responder, asked));
        attacked |= changed;
        bool authenticated = requester.authenticated();
        auto judged = walk.receive(Exact(response));
        uint32_t refusal = judged ? 0 : 1 + static_cast<uint32_t>(judged.error().check);
        feature(kAttack, byte(wire::code_of(next->message)), refusal, changed);
        if (!judged) reached("refused by " + std::string(spdm::info(judged.error().check).name));
        if (requester.authenticated() || authenticated) check_belief(requester, responder, device);
    }
    bool common = std::ranges::any_of(config.versions, [&](wire::Version version) {
        return std::ranges::find(device.versions, version) != device.versions.end();
    });
    if (common && !attacked && !walk.complete()) violated("an honest walk completes", to_hex(input));
    if (walk.complete()) reached(fmt::format("complete at {}", wire::name(requester.parameters().version)));
}

}  // namespace assay::fuzz
