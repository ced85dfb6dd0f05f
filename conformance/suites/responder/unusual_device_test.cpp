// Devices that are unusual and correct: no case may fail on them.
#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iterator>

#include "conformance/suites/cases.h"
#include "conformance/suites/responder/device_test.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/capabilities.h"

namespace assay::cases {

namespace {

namespace code = wire::code;

// Answers in place of the device, where it gives an answer.
using Before = std::function<Answer(ByteView request)>;

class ChangedDut final : public lab::Dut {
   public:
    ChangedDut(lab::ReferenceDut& dut, Change change, Before before, int sane)
        : dut_(&dut), change_(std::move(change)), before_(std::move(before)), sane_(sane) {}

    std::string target() const override { return dut_->target(); }
    Result<> reset() override {
        ++resets_;
        return dut_->reset();
    }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait wait) override {
        if (before_) {
            if (Answer instead = before_(request)) return instead;
        }
        Answer answer = TRY(dut_->exchange(request, wait));
        if (resets_ > sane_ && change_) change_(request, answer);
        return answer;
    }
    Result<std::optional<lab::Answer>> exchange_secured(ByteView record, lab::Wait wait) override {
        return dut_->exchange_secured(record, wait);
    }
    bool carries_secured() const override { return dut_->carries_secured(); }
    bool trusts_reference_requester() const override { return dut_->trusts_reference_requester(); }
    const record::Transport& transport() const override { return dut_->transport(); }
    bool set_sequence(uint32_t session, spdm::Direction way, uint64_t next) override {
        return dut_->set_sequence(session, way, next);
    }
    bool ask_for_key_update(uint32_t session) override { return dut_->ask_for_key_update(session); }
    bool lose_state() override { return dut_->lose_state(); }
    void wait(std::chrono::microseconds time) override { dut_->wait(time); }
    bool time_is_cheap() const override { return dut_->time_is_cheap(); }

   private:
    lab::ReferenceDut* dut_;
    Change change_;
    Before before_;
    int sane_;
    int resets_ = 0;
};

struct Variant {
    const char* what;
    Tweak tweak;
    Change change = {};
    Before before = {};
};

using lab::ReferenceOptions;
using spdm::Device;

// A retry of VCA gets the same answer again, and everything else that is out of order gets none.
Change forgiving() {
    return
        [first = std::map<wire::Code, std::pair<Bytes, Bytes>>()](ByteView request, Answer& answer) mutable {
            wire::Code asked = wire::code_of(request);
            if (asked == code::get_version) first.clear();
            if (asked != code::get_capabilities && asked != code::negotiate_algorithms) return;
            bool error = answer && answer->size() > 2 && wire::code_of(*answer) == code::error;
            auto before = first.find(asked);
            if (answer && !error) {
                first[asked] = {to_bytes(request), *answer};
            } else if (before != first.end() && error && wire::param1(*answer) == 0x04) {
                if (equal(before->second.first, request)) {
                    answer = before->second.second;
                } else {
                    answer.reset();
                }
            }
        };
}

// Takes no byte more than a request has.
Answer strict(ByteView request) {
    const std::pair<wire::Code, size_t> exact[] = {
        {code::get_version, 4}, {code::get_digests, 4}, {code::get_certificate, 8}};
    for (auto [known, size] : exact) {
        if (request.size() > size && wire::code_of(request) == known) {
            return Bytes{known == code::get_version ? uint8_t{0x10} : wire::version_byte(request),
                         byte(code::error), 0x01, 0x00};
        }
    }
    return std::nullopt;
}

// Does not know RESPOND_IF_READY, and nothing of vendors.
Change never_defers() {
    return [](ByteView request, Answer& answer) {
        if (request.size() > 1 && wire::code_of(request) == code::respond_if_ready && answer) {
            answer =
                Bytes{wire::version_byte(*answer), byte(code::error), 0x07, byte(code::respond_if_ready)};
        }
    };
}

const Variant kUnusual[] = {
    {"Busy to everything first",
     [](ReferenceOptions&, Device& device) {
         for (wire::Code one :
              {code::get_version, code::get_capabilities, code::negotiate_algorithms, code::get_digests,
               code::get_certificate, code::challenge, code::get_measurements}) {
             device.deferrals[one] = {.busy = 2, .not_ready = 0};
         }
     }},
    {"everything put off first",
     [](ReferenceOptions&, Device& device) {
         for (wire::Code one : {code::get_digests, code::get_certificate, code::challenge,
                                code::get_measurements, code::respond_if_ready}) {
             device.deferrals[one] = {.busy = 1, .not_ready = 2};
         }
     }},
    {"handshakes put off first",
     [](ReferenceOptions&, Device& device) {
         for (wire::Code one : {code::key_exchange, code::finish, code::psk_exchange, code::psk_finish,
                                code::get_encapsulated_request, code::deliver_encapsulated_response}) {
             device.deferrals[one] = {.busy = 1, .not_ready = 1};
         }
     }},
    {"one session at a time", [](ReferenceOptions&, Device& device) { device.max_sessions = 1; }},
    {"one slot",
     [](ReferenceOptions&, Device& device) {
         for (auto& [algorithm, slots] : device.identities) slots[1].reset();
     }},
    {"eight slots",
     [](ReferenceOptions&, Device& device) {
         for (auto& [algorithm, slots] : device.identities) {
             for (size_t slot = 2; slot < spdm::kSlots; ++slot) slots[slot] = slots[slot % 2];
         }
     }},
    {"no root in any chain",
     [](ReferenceOptions&, Device& device) {
         for (auto& [algorithm, slots] : device.identities) {
             leave_root_out(*slots[0]);
             leave_root_out(*slots[1]);
         }
     }},
    {"the root in one chain of two",
     [](ReferenceOptions&, Device& device) {
         for (auto& [algorithm, slots] : device.identities) {
             slots[1] = slots[0];
             leave_root_out(*slots[1]);
         }
     }},
    {"raw measurements only",
     [](ReferenceOptions&, Device& device) { device.measurement_hash = wire::kMeasurementHashRaw; }},
    {"one measurement", [](ReferenceOptions&, Device& device) { device.measurements.resize(1); }},
    {"one algorithm",
     [](ReferenceOptions&, Device& device) {
         std::erase_if(device.identities,
                       [](const auto& entry) { return entry.first != crypto::SignAlgo::ecdsa_p384; });
         device.base_hash = 1;
     }},
    {"mutual authentication by RSA alone",
     [](ReferenceOptions&, Device& device) {
         device.req_base_asym = static_cast<uint16_t>(spdm::bit(crypto::SignAlgo::rsapss_3072));
     }},
    {"no opaque data, and so no sessions; no vendors",
     [](ReferenceOptions& options, Device& device) {
         options.flags = device.flags = lab::kReferenceFlagsWithoutSessions;
         device.opaque_formats = 0;
         device.vendor = nullptr;
         device.deferrals.clear();
     },
     never_defers()},
    {"certificates and signed measurements, no challenge",
     [](ReferenceOptions& options, Device& device) {
         options.flags = device.flags = wire::cap::cert | wire::cap::meas_sig;
     }},
    {"a retry of VCA is answered, another try is not", {}, forgiving()},
    {"nothing behind a message is taken", {}, {}, strict},
};

// The cases for requesters bring devices of their own.
const std::vector<engine::Case>& responder_cases() {
    static const std::vector<engine::Case> cases = [] {
        std::vector<engine::Case> list;
        std::ranges::copy_if(all_cases(), std::back_inserter(list),
                             [](const engine::Case& one) { return !one.id.starts_with("req/"); });
        return list;
    }();
    return cases;
}

engine::RunReport run(const Variant& device_variant, wire::Version version, const std::string& filter,
                      const engine::Profile& profile = {}) {
    lab::ReferenceOptions reference;
    static const std::shared_ptr<const spdm::Device> plain = lab::make_reference_device({});
    auto device = std::make_shared<spdm::Device>(*plain);
    if (device_variant.tweak) device_variant.tweak(reference, *device);
    for (const auto& [request, deferral] : reference.deferrals) device->deferrals[request] = deferral;
    const crypto::Provider& provider = crypto::fast_provider();
    lab::ReferenceDut dut(device, provider, reference);
    // One reset for the list of versions, one for the sane exchange, and one for its session.
    bool sessions = version >= wire::Version::v1_1 && (device->flags & wire::cap::key_ex) != 0;
    ChangedDut changed(dut, device_variant.change, device_variant.before, sessions ? 3 : 2);
    SeededRandom random(1);
    lab::Lab lab(changed, random, provider);
    engine::RunOptions options;
    options.versions = {version};
    options.selection = engine::matching(filter);
    options.profile = profile;
    return engine::run(lab, responder_cases(), engine::Requirements::embedded(), options);
}

// A device is tried at the newest version and at one of the others, the next device at the next one; with
// ASSAY_EVERY_VERSION=1 each at all of them.
bool is_tried(const Variant& device_variant, wire::Version version) {
    if (std::getenv("ASSAY_EVERY_VERSION") != nullptr || version == wire::kVersions.back()) return true;
    const auto number = static_cast<size_t>(&device_variant - kUnusual);
    return version == wire::kVersions[number % (wire::kVersions.size() - 1)];
}

}  // namespace

engine::RunReport run_device(wire::Version version, const std::string& filter, const Change& change,
                             const Tweak& tweak, const engine::Profile& profile) {
    return run({.what = "", .tweak = tweak, .change = change}, version, filter, profile);
}

std::string text(const engine::CaseResult& result) {
    std::string text = fmt::format("{} at {}: {} {}", result.id, wire::name(result.version),
                                   engine::name(result.verdict), result.reason);
    for (const engine::Finding& finding : result.findings) {
        text += fmt::format("\n  {} expected {}, got {} [{}]", finding.requirement, finding.expected,
                            finding.got, finding.field);
    }
    for (const lab::Exchange& exchange : result.exchanges) {
        text += fmt::format("\n  > {}\n  < {}", to_hex(exchange.request).substr(0, 120),
                            exchange.response ? to_hex(*exchange.response).substr(0, 120) : "silence");
    }
    return text;
}

void leave_root_out(spdm::Identity& identity) {
    std::vector<crypto::Certificate> all = *crypto::parse_certificates(identity.certificates);
    identity.certificates.erase(
        identity.certificates.begin(),
        identity.certificates.begin() + static_cast<ptrdiff_t>(all.front().der().size()));
}

BOOST_AUTO_TEST_SUITE(unusual_device_suite)

BOOST_AUTO_TEST_CASE(an_unusual_device_that_is_right_fails_nothing) {
    for (const Variant& device_variant : kUnusual) {
        for (wire::Version version : wire::kVersions) {
            if (!is_tried(device_variant, version)) continue;
            const auto ran = run(device_variant, version, "*");
            for (const engine::CaseResult& result : ran.results) {
                bool good = !engine::is_failure(result.verdict) &&
                            result.verdict != engine::Verdict::warning &&
                            result.verdict != engine::Verdict::blocked &&
                            result.verdict != engine::Verdict::harness_error;
                BOOST_TEST(good, device_variant.what << ": " << text(result));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
