// An attacker between an honest requester and an honest responder. The input begins like that of
// session_program (device; offer; algorithms), byte 3 chooses the walk (bit 0: pre-shared key; 2:1: sessions;
// 3: an attestation before), then each step is what becomes of one message, requests and responses in turn:
//   flags 2:0 - 0: it goes through. 1: one byte is changed, at (message[0..1] little-endian) by message[2].
//   2: it is cut to that size. 3: the message instead. 4: an earlier one of that direction instead. 5: one
//   field is changed, by the random seed message[0..1]. 6: it is lost. 7: it comes twice.
// Messages beyond the last step go through.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/reference.h"
#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/session_offer.h"
#include "fuzz/spdm/targets.h"
#include "stack/spdm/responder.h"
#include "stack/spdm/session_walk.h"

namespace assay::fuzz {

namespace {

using spdm::Direction;
using spdm::Phase;

constexpr uint32_t kMitm = 120;
constexpr size_t kMaxMessages = 400;

enum class Fate : uint8_t { through, changed, lost, twice };

Fate meddle(const Step& step, Bytes& message, const std::vector<Bytes>& earlier,
            const wire::Context& context) {
    const Bytes before = message;
    const Bytes& how = step.message;
    size_t number = how.size() > 1 ? static_cast<size_t>(how[0] | how[1] << 8) : 0;
    switch (step.flags & 7) {
        case 1:
            if (how.size() > 2 && !message.empty()) message[number % message.size()] ^= how[2];
            break;
        case 2: message.resize(std::min(number, message.size())); break;
        case 3: message = how; break;
        case 4:
            if (!earlier.empty()) message = earlier[number % earlier.size()];
            break;
        case 5: {
            SeededRandom random(number);
            mutate_field(message, random, context);
            break;
        }
        case 6: return Fate::lost;
        case 7: return Fate::twice;
        default: break;
    }
    return message == before ? Fate::through : Fate::changed;
}

class RelayedPair {
   public:
    RelayedPair(ByteView input, Fixtures& fixtures)
        : device_(*fixtures.session_devices[input[0] % fixtures.session_devices.size()]),
          wanted_(negotiation(input[1], input[2])),
          config_(configured(fixtures)),
          responder_(device_, fixtures.provider, theirs_, fixtures.faults, &clock_),
          requester_(config_, fixtures.provider, ours_),
          program_(parse_program(input.subspan(4))) {
        options_.psk = (input[3] & 1) != 0;
        options_.sessions = 1 + (input[3] >> 1 & 3) % 2;
        attests_ = (input[3] & 8) != 0;
    }

    void run(ByteView input) {
        if (attests_) {
            spdm::AttestationWalk walk(requester_, {.portion = 1024, .every_slot = false});
            drive(walk);
            if (!walk.complete()) return finished(input, false);
        }
        spdm::SessionWalk walk(requester_, options_);
        drive(walk);
        finished(input, walk.complete());
    }

   private:
    spdm::RequesterConfig configured(Fixtures& fixtures) const {
        spdm::RequesterConfig config = fixtures.requester;
        const lab::RequesterIdentity& who = lab::reference_requester();
        config.versions = {wire::Version::v1_0, wanted_.version};
        config.flags = wanted_.offer.flags;
        config.base_asym = wanted_.offer.base_asym;
        config.base_hash = wanted_.offer.base_hash;
        config.dhe = wanted_.offer.dhe;
        config.aead = wanted_.offer.aead;
        config.req_base_asym = wanted_.offer.req_base_asym;
        config.key_schedule = wire::kKeyScheduleSpdm;
        config.identities = who.identities;
        config.pre_shared_key = who.psk;
        config.transport = device_.transport;
        config.max_retries = 3;
        return config;
    }

    // What becomes of a message of one direction. nullopt: it is lost.
    std::optional<Bytes> on_its_way(Direction way, const Bytes& message, bool secured) {
        std::vector<Bytes>& earlier = earlier_[static_cast<size_t>(way)];
        earlier.push_back(message);
        if (at_ >= program_.size()) return message;
        Bytes arrives = message;
        wire::Context context = responder_.parameters().context();
        Fate fate = meddle(program_[at_++], arrives, earlier, context);
        meddled_ |= fate != Fate::through;
        feature(kMitm, static_cast<uint32_t>(fate), static_cast<uint32_t>(way) << 1 | secured,
                secured ? 0U : byte(wire::code_of(message)));
        if (fate == Fate::lost) return std::nullopt;
        twice_ = fate == Fate::twice;
        return arrives;
    }

    std::optional<Bytes> answered(const Bytes& request, bool secured) {
        Exact exact(request);
        return secured ? responder_.receive_secured(exact) : responder_.receive(exact);
    }

    template <class Walk>
    void drive(Walk& walk) {
        while (std::optional<spdm::ToSend> send = walk.next()) {
            if (++count_ > kMaxMessages) violated("a walk comes to an end", "");
            twice_ = false;
            std::optional<Bytes> request = on_its_way(Direction::request, send->message, send->secured);
            std::optional<Bytes> response;
            if (request) response = answered(*request, send->secured);
            if (request && twice_) {
                std::optional<Bytes> again = answered(*request, send->secured);
                if (again && !response) response = again;
            }
            if (response) response = on_its_way(Direction::response, *response, send->secured);
            spdm::Checked<> taken;
            if (response) {
                taken = walk.receive(Exact(*response), send->secured);
            } else {
                taken = walk.timed_out();
            }
            uint32_t refusal = taken ? 0 : 1 + static_cast<uint32_t>(taken.error().check);
            feature(kMitm + 1, refusal, meddled_, static_cast<uint32_t>(requester_.sessions().size()));
            if (!taken) reached("refused by " + std::string(spdm::info(taken.error().check).name));
            believers_agree();
        }
    }

    // Who is in a session holds the keys that the other one holds, and both saw the same negotiation.
    void believers_agree() const {
        for (const auto& [id, ours] : requester_.sessions()) {
            auto found = responder_.sessions().find(id);
            if (found == responder_.sessions().end()) continue;
            const spdm::Session &a = *requester_.session(id), &b = found->second.channel;
            if (a.phase() != Phase::application || b.phase() != Phase::application) continue;
            // A requester that gave the connection up has forgotten what was negotiated.
            bool negotiated = requester_.state() == spdm::ConnectionState::negotiated;
            if (negotiated && !equal(requester_.transcript().vca(), responder_.transcript().vca()))
                violated("who is in a session agreed on the same VCA", fmt::format("{:08x}", id));
            for (Direction way : {Direction::request, Direction::response}) {
                if (a.generation(way) != b.generation(way)) continue;
                if (!equal_secret(a.schedule().secret(way).view(), b.schedule().secret(way).view()))
                    violated("who is in a session holds the same keys", fmt::format("{:08x}", id));
                bool requests = way == Direction::request;
                uint64_t sent = (requests ? a : b).sequence(way), taken = (requests ? b : a).sequence(way);
                if (taken > sent)
                    violated("no more records are taken than were sent", fmt::format("{:08x}", id));
            }
        }
    }

    void finished(ByteView input, bool complete) const {
        if (!meddled_ && !complete) violated("an honest walk completes", to_hex(input));
        if (complete) reached(fmt::format("complete at {}", wire::name(requester_.parameters().version)));
    }

    const spdm::Device& device_;
    Negotiation wanted_;
    spdm::RequesterConfig config_;
    ManualClock clock_;
    SeededRandom ours_{1}, theirs_{2};
    spdm::Responder responder_;
    spdm::Requester requester_;
    std::vector<Step> program_;
    spdm::SessionOptions options_;
    bool attests_ = false, meddled_ = false, twice_ = false;
    size_t at_ = 0, count_ = 0;
    std::vector<Bytes> earlier_[2];
};

constexpr size_t kPrefix = 4;

}  // namespace

void mitm_program(ByteView input) {
    if (input.size() >= kPrefix) RelayedPair(input, fixtures()).run(input);
}

void mitm_program_real(ByteView input) {
    if (input.size() >= kPrefix) RelayedPair(input, real_fixtures()).run(input);
}

}  // namespace assay::fuzz
