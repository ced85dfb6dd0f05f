#include "conformance/engine/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/engine/decide.h"
#include "stack/base/ranges.h"
#include "stack/wire/messages/digests.h"

namespace assay::engine {

namespace {

// What the device lacks of `flags`; empty when it lacks nothing. MEAS_CAP has two bits: both together ask for
// any measurements, the upper one for signed ones.
std::string missing_claim(const Claims& claims, uint32_t flags) {
    uint32_t meas = flags & wire::cap::meas;
    if (meas != 0 && !claims.has(wire::cap::meas)) return "the device does not claim MEAS_CAP";
    if (meas == wire::cap::meas_sig && !claims.has(wire::cap::meas_sig)) {
        return "the device does not claim signed measurements (MEAS_CAP 10b)";
    }
    namespace cap = wire::cap;
    if ((flags & cap::psk) == cap::psk_with_context && !claims.has(cap::psk_with_context))
        return "the device does not claim PSK_CAP with a responder context (10b)";
    if ((flags & cap::psk) != 0 && !claims.has(cap::psk)) return "the device does not claim PSK_CAP";
    static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
        {cap::cert, "CERT_CAP"},
        {cap::chal, "CHAL_CAP"},
        {cap::chunk, "CHUNK_CAP"},
        {cap::encrypt, "ENCRYPT_CAP"},
        {cap::mac, "MAC_CAP"},
        {cap::mut_auth, "MUT_AUTH_CAP"},
        {cap::key_ex, "KEY_EX_CAP"},
        {cap::encap, "ENCAP_CAP"},
        {cap::hbeat, "HBEAT_CAP"},
        {cap::key_upd, "KEY_UPD_CAP"},
        {cap::handshake_in_the_clear, "HANDSHAKE_IN_THE_CLEAR_CAP"}};
    for (const auto& [mask, name] : kNames) {
        if ((flags & mask) != 0 && !claims.has(mask))
            return fmt::format("the device does not claim {}", name);
    }
    return {};
}

class Run {
   public:
    Run(lab::Lab& lab, const Requirements& requirements, const RunOptions& options, const Progress& progress)
        : lab_(lab), requirements_(requirements), options_(options), progress_(progress) {
        report_.target = lab.dut().target();
        report_.transport = &lab.dut().transport();
        report_.options = options;
    }

    RunReport all(std::span<const Case> cases) {
        std::vector<const Case*> wanted;
        for (const Case& one : cases) {
            if (matches(options_.filter, one.id)) wanted.push_back(&one);
        }
        std::vector<wire::Version> versions = offered();
        for (wire::Version version : versions) {
            for (const Case* one : wanted) total_ += is_due(*one, version, versions.back());
            total_ += 2;
        }
        for (wire::Version version : versions) {
            if (gone_) break;
            report_.versions.push_back(version);
            at(version, versions.back(), wanted);
        }
        report_.exchanges = lab_.count();
        return std::move(report_);
    }

   private:
    // The wanted versions that VERSION lists.
    std::vector<wire::Version> offered() {
        std::vector<wire::Version> list;
        Result<> reached = lab_.after_version();
        if (!reached) {
            CaseResult result{.id = std::string(kSaneFirst), .title = "The target answers GET_VERSION"};
            result.findings.emplace_back(reached.error());
            result.verdict = Verdict::dead;
            result.exchanges = lab_.exchanges();
            report_.unreachable = gone_ = true;
            total_ = 1;
            finish(std::move(result));
            return list;
        }
        for (wire::Version version : options_.versions) {
            if (!options_.profile.versions.empty() && !contains(options_.profile.versions, version)) continue;
            bool there = std::ranges::any_of(
                lab_.seen().versions(), [&](uint16_t entry) { return entry >> 8 == wire::byte(version); });
            if (there) list.push_back(version);
        }
        return list;
    }

    static bool is_due(const Case& one, wire::Version version, wire::Version last) {
        bool holds = version >= one.since && version <= one.until;
        return holds && (!one.once || version == last);
    }

    void at(wire::Version version, wire::Version last, std::span<const Case* const> cases) {
        claims_ = {};
        claims_.version = version;
        bool sane = this->sane(kSaneFirst, &claims_);
        for (const Case* one : cases) {
            if (!is_due(*one, version, last)) continue;
            if (gone_) {
                blocked(*one, "the target is gone since " + report_.killed_by);
            } else if (!sane) {
                blocked(*one, std::string(kSaneFirst) + " failed at this version");
            } else {
                run_case(*one);
            }
        }
        if (!gone_) this->sane(kSaneLast, nullptr);
    }

    bool sane(std::string_view id, Claims* learned) {
        CaseResult result{.id = std::string(id),
                          .title = "From GET_VERSION to signed measurements, as far as the device claims",
                          .version = claims_.version};
        Trial trial(lab_, claims_);
        Judgement judgement = sane_exchange(trial, learned);
        conclude(result, trial, judgement);
        bool passed = result.verdict != Verdict::dead && result.verdict != Verdict::fail &&
                      result.verdict != Verdict::harness_error;
        finish(std::move(result));
        return passed;
    }

    void run_case(const Case& one) {
        CaseResult result{.id = one.id,
                          .title = one.title,
                          .requirements = one.requirements,
                          .version = claims_.version,
                          .reason = missing_claim(claims_, one.needs)};
        bool sessions = (one.needs & (wire::cap::key_ex | wire::cap::psk)) != 0;
        if (result.reason.empty() && sessions && !lab_.dut().carries_secured())
            result.reason = "secured messages cannot be carried to this target";
        if (one.writes && !options_.allow_writes)
            result.reason = "it writes to the device: needs --allow-writes";
        if (!result.reason.empty()) {
            result.verdict = Verdict::not_applicable;
            return finish(std::move(result));
        }
        Trial trial(lab_, claims_);
        Judgement judgement = lab_.reset();
        if (judgement) judgement = one.run(trial);
        std::vector<lab::Exchange> exchanges = lab_.exchanges();
        if (judgement && one.negative) judgement = unharmed(trial);
        conclude(result, trial, judgement);
        if (result.verdict != Verdict::pass && result.exchanges.size() < exchanges.size())
            result.exchanges = exchanges;
        finish(std::move(result));
    }

    // The same connection goes on, where there is one, and a new one finds the same device.
    Judgement unharmed(Trial& trial) {
        constexpr std::string_view kRule = "SPDM-HDR-103";
        bool cert = claims_.has(wire::cap::cert);
        if (cert && lab_.seen().state() == spdm::ConnectionState::negotiated) {
            lab::Exchange next = TRY(lab_.send(wire::GetDigests{}));
            // A flow that the case left open stops everything else, as it must.
            if (next.error() != wire::ErrorCode::request_in_flight) TRY(trial.expect_answer(next, kRule));
        }
        TRY(lab_.negotiated(claims_.version));
        if (!cert) return {};
        lab::Exchange digests = TRY(lab_.send(wire::GetDigests{}));
        TRY(trial.expect_answer(digests, kRule));
        return trial.expect_that(lab_.seen().digests() == claims_.digests, kRule,
                                 "the digests of the sane exchange", "other ones", "Digest");
    }

    void conclude(CaseResult& result, const Trial& trial, const Judgement& judgement) {
        decide(result, judgement, trial.notes(), requirements_, options_);
        if (!judgement || !trial.notes().empty()) result.exchanges = lab_.exchanges();
        if (judgement || judgement.error().verdict != Verdict::dead) return;
        // Whatever the profile says of it: is there still somebody to talk to?
        if (!lab_.after_version()) {
            gone_ = report_.unreachable = true;
            report_.killed_by = result.id;
        }
    }

    void blocked(const Case& one, std::string why) {
        finish({.id = one.id,
                .title = one.title,
                .requirements = one.requirements,
                .version = claims_.version,
                .verdict = Verdict::blocked,
                .reason = std::move(why)});
    }

    void finish(CaseResult result) {
        report_.results.push_back(std::move(result));
        if (progress_) progress_(report_.results.size(), total_, report_.results.back());
    }

    lab::Lab& lab_;
    const Requirements& requirements_;
    const RunOptions& options_;
    const Progress& progress_;
    RunReport report_;
    Claims claims_;
    size_t total_ = 0;
    bool gone_ = false;
};

}  // namespace

size_t RunReport::count(Verdict verdict) const {
    return static_cast<size_t>(std::ranges::count(results, verdict, &CaseResult::verdict));
}

int RunReport::exit_code() const {
    if (count(Verdict::harness_error) > 0) return 4;
    if (unreachable) return 3;
    bool failed =
        std::ranges::any_of(results, [](const CaseResult& result) { return is_failure(result.verdict); });
    return failed ? 1 : 0;
}

RunReport run(lab::Lab& lab, std::span<const Case> cases, const Requirements& requirements,
              const RunOptions& options, const Progress& progress) {
    return Run(lab, requirements, options, progress).all(cases);
}

}  // namespace assay::engine
