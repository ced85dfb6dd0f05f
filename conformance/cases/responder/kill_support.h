// For tests that spoil the reference in one place: which cases of some groups notice. Unlike in the kill
// matrix nothing but a case counts, so the sane exchange of a spoiled device is left out.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/cases/cases.h"
#include "conformance/lab/reference.h"
#include "stack/base/ranges.h"

namespace assay::cases {

// A reference of another kind, where the usual one cannot show everything.
struct Variant {
    std::string_view name;
    lab::ReferenceOptions options{};
    std::function<void(spdm::Device&)> edit{};
};

// What one case came to on a device.
struct Outcome {
    std::string id;
    wire::Version version = wire::Version::v1_0;
    engine::Judgement judgement{};
    std::vector<engine::Finding> notes{};

    // A failure, a warning or a loose pass. A case that could not be run notices nothing.
    bool noticed() const {
        if (judgement) return !notes.empty();
        engine::Verdict verdict = judgement.error().verdict;
        return verdict == engine::Verdict::fail || verdict == engine::Verdict::dead;
    }
    bool broken() const { return !judgement && judgement.error().verdict == engine::Verdict::harness_error; }
    std::string text() const {
        std::string text = fmt::format("{} at {}", id, wire::name(version));
        auto add = [&](const engine::Finding& finding) {
            text +=
                fmt::format(": {} expected {}, got {}", finding.requirement, finding.expected, finding.got);
        };
        if (!judgement) add(judgement.error());
        for (const engine::Finding& note : notes) add(note);
        return text;
    }
};

// The cases whose id begins with one of the groups, those that name `first` before the others.
inline std::vector<const engine::Case*> cases_of(std::span<const std::string_view> groups,
                                                 std::string_view first = {}) {
    std::vector<const engine::Case*> list;
    for (bool close : {true, false}) {
        for (const engine::Case& one : all_cases()) {
            bool ours = std::ranges::any_of(groups, [&](auto group) { return one.id.starts_with(group); });
            if (ours && contains(one.requirements, std::string(first)) == close) list.push_back(&one);
        }
    }
    return list;
}

// Whether a device claims what a case needs, as the runner asks: of a field of two bits, both bits ask for
// any.
inline bool capable_of(uint32_t flags, uint32_t needs) {
    for (uint32_t field : {wire::cap::psk, wire::cap::meas}) {
        if ((needs & field) == field && (flags & field) != 0) needs &= ~field;
    }
    return (flags & needs) == needs;
}

// Runs cases on references of one kind, sound or spoiled.
class Spoiled {
   public:
    explicit Spoiled(Variant variant) : variant_(std::move(variant)) {
        auto device = std::make_shared<spdm::Device>(*lab::make_reference_device(variant_.options));
        if (variant_.edit) variant_.edit(*device);
        device_ = std::move(device);
    }
    std::string_view name() const { return variant_.name; }

    // `judge` sees what each case comes to, in the order of the cases, until it gives false.
    void run(const spdm::Waivers& waivers, std::span<const engine::Case* const> cases,
             const std::function<bool(const Outcome&)>& judge) {
        lab::ReferenceOptions options = variant_.options;
        options.waivers = waivers;
        lab::ReferenceDut dut(device_, crypto::openssl_provider(), options);
        SeededRandom random(1);
        lab::Lab lab(dut, random, crypto::openssl_provider(), &keys_);
        for (const engine::Case* one : cases) {
            for (wire::Version version : variant_.options.versions) {
                if (version < one->since || version > one->until || version < wire::Version::v1_1) continue;
                if (!capable_of(claims(version).parameters.responder_flags, one->needs)) continue;
                engine::Trial trial(lab, claims(version));
                Outcome outcome{.id = one->id, .version = version};
                if (auto reset = lab.reset(); reset) outcome.judgement = one->run(trial);
                outcome.notes = trial.notes();
                if (!judge(outcome)) return;
            }
        }
    }

   private:
    // What a sound device of the kind says of itself.
    const engine::Claims& claims(wire::Version version) {
        auto known = claims_.find(version);
        if (known != claims_.end()) return known->second;
        lab::ReferenceDut dut(device_, crypto::openssl_provider(), variant_.options);
        SeededRandom random(1);
        lab::Lab lab(dut, random, crypto::openssl_provider(), &keys_);
        engine::Claims nothing{
            .version = version, .parameters = {}, .session = {}, .digests = {}, .measurements = {}};
        engine::Trial trial(lab, nothing);
        engine::Claims& learned = claims_[version];
        bool sane = engine::sane_exchange(trial, &learned).has_value();
        if (!sane) learned = nothing;
        return learned;
    }

    Variant variant_;
    std::shared_ptr<const spdm::Device> device_;
    lab::LeafKeys keys_;
    std::map<wire::Version, engine::Claims> claims_;
};

// The first case that notices, in words; empty when none does.
inline std::string noticed_by(const spdm::Waivers& waivers, std::span<Spoiled> kinds,
                              std::span<const engine::Case* const> cases) {
    std::string by;
    for (Spoiled& kind : kinds) {
        kind.run(waivers, cases, [&](const Outcome& outcome) {
            if (outcome.noticed()) by = fmt::format("{} ({})", outcome.text(), kind.name());
            return by.empty();
        });
        if (!by.empty()) break;
    }
    return by;
}

}  // namespace assay::cases
