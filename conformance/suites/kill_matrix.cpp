#include "conformance/suites/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>
#include <set>

#include "conformance/engine/judge.h"
#include "conformance/lab/reference.h"
#include "conformance/suites/cases.h"
#include "conformance/suites/responder/reference_kinds.h"
#include "stack/base/ranges.h"

namespace assay::cases {

namespace {

using engine::Case;
using spdm::Check;
using spdm::Defect;
using spdm::DefectKind;

// What no case can notice, and why.
constexpr std::string_view kEmuOnly =
    "DMTF's emulator ends over such a unit, so no case sends it; stream_test.cpp holds it";
constexpr engine::Excuse kExcuses[] = {
    {"record_short", "a record without its header cannot be taken apart, with or without the check"},
    {"mctp_empty", "a message of no bytes gets no answer, with or without the check"},
    {"doe_short", "a header that is not there cannot be read, with or without the check"},
    {"doe_reserved", "either reading is accepted (DISPUTE-DOE-RESERVED)"},
    {"tcp_short", "what PayloadLen 0 or 1 announces is dropped as a header without its message besides"},
    {"emu_transport", kEmuOnly},
    {"emu_size", kEmuOnly},
    {"packet_short", "a packet of nothing adds nothing, with or without the check"},
    {"packet_size", "no case sends a megabyte in packets; mctp_packet_test.cpp holds it"},
};

#ifdef ASSAY_HARNESS

bool is_in_matrix(Defect defect) { return spdm::info(defect).kind != DefectKind::input; }

constexpr std::string_view kSane = "the sane exchange";

// What is waived and planted: in the protocol, or in its transport.
struct PlantedFaults {
    spdm::FaultConfig protocol{};
    transport::FramingFaultConfig framing{};
};

// One kind of reference, sound or faulty.
class Bench {
   public:
    explicit Bench(ReferenceKind kind)
        : kind_(std::move(kind)), device_(lab::make_reference_device(kind_.options)) {}

    std::string_view name() const { return kind_.name; }

    // The first case that notices; empty when none does.
    std::string noticed_by(const PlantedFaults& planted, const std::vector<const Case*>& cases) {
        Setting faulty(*this, planted);
        for (const Case* one : cases) {
            for (wire::Version version : wire::kVersions) {
                if (notices(faulty, *one, version))
                    return fmt::format("{} at {} ({})", one->id, wire::name(version), kind_.name);
            }
        }
        return {};
    }
    // Whether that case does, at that version.
    bool notices(const PlantedFaults& planted, const Case& one, wire::Version version) {
        Setting faulty(*this, planted);
        return notices(faulty, one, version);
    }
    // Whether the sane exchange does.
    std::string noticed_at_once(const PlantedFaults& planted) {
        for (wire::Version version : wire::kVersions) {
            if (notices_at_once(planted, version))
                return fmt::format("{} at {} ({})", kSane, wire::name(version), kind_.name);
        }
        return {};
    }
    bool notices_at_once(const PlantedFaults& planted, wire::Version version) {
        if (!claims(version).supported) return false;
        Setting faulty(*this, planted);
        engine::CaseContext test(faulty.lab, claims(version));
        engine::SaneOutcome sane = engine::sane_exchange(test);
        return std::ranges::any_of(sane.failures, [](const engine::StageFailure& failure) {
            return engine::is_failure(failure.finding.verdict);
        });
    }

   private:
    struct Setting {
        Setting(Bench& bench, const PlantedFaults& planted)
            : options(bench.kind_.options),
              dut(device(bench, planted), *bench.kind_.provider, with(planted)),
              lab(dut, random, *bench.kind_.provider, &bench.leaf_keys_) {}
        lab::ReferenceOptions with(const PlantedFaults& planted) {
            options.faults = planted.protocol;
            options.framing = planted.framing;
            return options;
        }
        // Who has a key a slot is another device.
        std::shared_ptr<const spdm::Device> device(Bench& bench, const PlantedFaults& planted) {
            bool other = planted.protocol.has(Defect::key_per_slot);
            return other ? lab::make_reference_device(with(planted)) : bench.device_;
        }
        lab::ReferenceOptions options;
        lab::ReferenceDut dut;
        SeededRandom random{1};
        lab::Lab lab;
    };

    bool notices(Setting& faulty, const Case& one, wire::Version version) {
        if (version < one.since || version > one.until) return false;
        const engine::Claims& known = claims(version);
        if (!known.supported || !able(known, one.needs)) return false;
        if (one.once && version != kind_.options.versions.back()) return false;
        engine::CaseContext test(faulty.lab, known);
        return noticed(engine::judge(one, test).judgement, test);
    }
    // A failure, a warning or a loose pass. What could not be run at all noticed nothing.
    static bool noticed(const engine::CheckResult& judgement, const engine::CaseContext& test) {
        if (judgement) return !test.notes().empty();
        return engine::is_failure(judgement.error().verdict);
    }
    static bool able(const engine::Claims& claims, uint32_t needs) {
        constexpr uint32_t kTwoBits = wire::cap::psk | wire::cap::meas;
        for (uint32_t flag = 1; flag != 0; flag <<= 1) {
            if ((needs & flag & ~kTwoBits) != 0 && !claims.has(flag)) return false;
        }
        // Of PSK_CAP and MEAS_CAP both bits ask for either, one for that one.
        for (uint32_t field : {wire::cap::psk, wire::cap::meas}) {
            if ((needs & field) != 0 && !claims.has(needs & field)) return false;
        }
        return true;
    }
    // What the sound device says of itself.
    const engine::Claims& claims(wire::Version version) {
        auto known = claims_.find(version);
        if (known != claims_.end()) return known->second;
        Setting sound(*this, {});
        engine::Claims nothing;
        nothing.version = version;
        engine::CaseContext test(sound.lab, nothing);
        engine::SaneOutcome sane = engine::sane_exchange(test);
        return claims_[version] = sane.failures.empty() ? sane.claims : nothing;
    }

    ReferenceKind kind_;
    std::shared_ptr<const spdm::Device> device_;
    lab::LeafKeys leaf_keys_;
    std::map<wire::Version, engine::Claims> claims_;
};

// What is made faulty, and which cases may notice: those on framing, or all others.
struct Candidate {
    PlantedFaults planted{};
    std::string requirement{};
    bool framing = false;
    bool session = false;  // it shows inside sessions, so their cases come first
    bool brief = false;    // no case is expected to notice: those that judge the requirement are enough
};

bool is_framing(const Case& one) { return one.id.starts_with("trn/"); }
bool is_session(const Case& one) {
    constexpr std::string_view kGroups[] = {"kex/", "fin/", "psk/", "ses/", "upd/", "sec/", "enc/", "atk/"};
    return std::ranges::any_of(kGroups, [&](std::string_view group) { return one.id.starts_with(group); });
}

std::vector<Bench>& benches() {
    static std::vector<Bench> made = [] {
        std::vector<Bench> list;
        for (ReferenceKind& kind : reference_kinds()) list.emplace_back(std::move(kind));
        return list;
    }();
    return made;
}

std::string noticed_by(const Candidate& candidate) {
    std::vector<const Case*> close, sessions, rest;
    for (const Case& one : all_cases()) {
        if (one.writes) continue;
        // What is wrong with messages shows in any frame; what is wrong with frames shows to nobody else.
        if (candidate.framing && !is_framing(one)) continue;
        bool names_it = contains(one.requirements, candidate.requirement);
        (names_it ? close : candidate.session && is_session(one) ? sessions : rest).push_back(&one);
    }
    // All references for what is likely to notice, before anything else.
    for (const auto* cases : {&close, &sessions, &rest}) {
        for (Bench& bench : benches()) {
            std::string by = bench.noticed_by(candidate.planted, *cases);
            if (!by.empty()) return by;
        }
        if (cases != &close) continue;
        if (!candidate.framing) {
            std::string by = benches().front().noticed_at_once(candidate.planted);
            if (!by.empty()) return by;
        }
        if (candidate.brief) return {};
    }
    return {};
}

// Of what noticed_by() returned once: "crt/offset-beyond at 1.2 (as it is)".
bool notices(const Candidate& candidate, std::string_view earlier) {
    constexpr std::string_view kAt = " at ", kOn = " (";
    const size_t at = earlier.find(kAt), on = earlier.find(kOn);
    if (at >= on || on == std::string_view::npos || !earlier.ends_with(')')) return false;
    const std::string_view id = earlier.substr(0, at);
    const std::string_view kind = earlier.substr(on + kOn.size(), earlier.size() - on - kOn.size() - 1);
    const auto version = wire::version_from_name(earlier.substr(at + kAt.size(), on - at - kAt.size()));
    const auto bench = std::ranges::find(benches(), kind, &Bench::name);
    if (!version || bench == benches().end()) return false;
    if (id == kSane) return bench->notices_at_once(candidate.planted, *version);
    const auto one = std::ranges::find(all_cases(), id, &Case::id);
    return one != all_cases().end() && bench->notices(candidate.planted, *one, *version);
}

#endif

}  // namespace

std::vector<std::string> kill_matrix_control(std::span<const engine::Kill> kills) {
    std::vector<std::string> wrong;
#ifdef ASSAY_HARNESS
    std::set<std::string_view> tried;
    for (const engine::Kill& kill : kills) {
        if (kill.by.empty() || !tried.insert(kill.by).second) continue;
        if (notices({}, kill.by)) wrong.push_back(kill.by);
    }
#endif
    return wrong;
}

engine::KillMatrix kill_matrix([[maybe_unused]] Search excused) {
    engine::KillMatrix matrix{
        .rows = {},
        .excuses = kExcuses,
        .note =
            "Defects of input validation are no part of this: a sanitizer finds them, in the fuzz targets.",
        .earlier = engine::noticed_earlier("responder")};
#ifdef ASSAY_HARNESS
    auto add = [&](std::string_view name, bool defect, std::string_view requirement, Candidate candidate) {
        candidate.brief = excused == Search::briefly &&
                          contains(kExcuses | std::views::transform(&engine::Excuse::name), name);
        matrix.rows.push_back({name, defect, requirement, [=] { return noticed_by(candidate); },
                               [=](std::string_view earlier) { return notices(candidate, earlier); }});
    };
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        const spdm::CheckInfo& info = spdm::info(check);
        if (!info.responder) continue;
        Candidate candidate{.requirement = std::string(info.requirement)};
        candidate.planted.protocol.waive(check);
        add(info.name, false, info.requirement, std::move(candidate));
    }
    for (size_t i = 0; i < transport::kFramingCount; ++i) {
        auto check = static_cast<transport::Framing>(i);
        const transport::FramingInfo& info = transport::info(check);
        Candidate candidate{.requirement = std::string(info.requirement), .framing = true};
        candidate.planted.framing.waive(check);
        add(info.name, false, info.requirement, std::move(candidate));
    }
    for (size_t i = 0; i < spdm::kDefectCount; ++i) {
        auto defect = static_cast<Defect>(i);
        if (!is_in_matrix(defect)) continue;
        Candidate candidate{.session = true};
        candidate.planted.protocol.plant(defect);
        add(spdm::info(defect).name, true, {}, std::move(candidate));
    }
    for (size_t i = 0; i < transport::kFramingDefectCount; ++i) {
        auto defect = static_cast<transport::FramingDefect>(i);
        Candidate candidate{.framing = true};
        candidate.planted.framing.plant(defect);
        add(transport::info(defect).name, true, {}, std::move(candidate));
    }
#endif
    return matrix;
}

}  // namespace assay::cases
