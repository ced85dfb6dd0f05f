// What the tests of runs share: a reference that answers otherwise, and cases.
#pragma once

#include <algorithm>

#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "stack/crypto/provider.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"

namespace assay::engine {

using wire::Version;
namespace code = wire::code;

// The reference, some of whose answers another takes the place of; nullopt there is silence.
using Instead = std::function<std::optional<std::optional<Bytes>>(ByteView request)>;

class Changed final : public lab::Dut {
   public:
    explicit Changed(Instead instead, bool connects = false)
        : dut_(lab::make_reference_device({}), crypto::fast_provider(), {}),
          instead_(std::move(instead)),
          connects_(connects) {}

    std::string target() const override { return "changed"; }
    Result<> reset() override { return dut_.reset(); }
    Result<bool> reconnect() override { return connects_; }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait wait) override {
        if (auto other = instead_(request)) return *other;
        return dut_.exchange(request, wait);
    }
    Result<std::optional<lab::Answer>> exchange_secured(ByteView record, lab::Wait wait) override {
        return dut_.exchange_secured(record, wait);
    }
    void reseed(uint64_t seed) override { dut_.reseed(seed); }
    const record::Transport& transport() const override { return dut_.transport(); }

   private:
    lab::ReferenceDut dut_;
    Instead instead_;
    bool connects_;
};

inline bool is(ByteView request, wire::Code code) {
    return request.size() > 1 && wire::code_of(request) == code;
}

inline Instead refuses(wire::Code code) {
    return [code](ByteView request) -> std::optional<std::optional<Bytes>> {
        if (!is(request, code)) return std::nullopt;
        return Bytes{wire::version_byte(request), byte(code::error), 0x01, 0x00};
    };
}

inline Case a_case(std::string id, std::function<CheckResult(CaseContext&)> body, uint32_t needs = 0) {
    Case one;
    one.id = std::move(id);
    one.title = "What it is about";
    one.requirements = {"SPDM-DIG-001"};
    one.run = std::move(body);
    one.needs = needs;
    return one;
}

inline CheckResult digests(CaseContext& test) {
    TRY(test.lab().negotiated(test.version()));
    return test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-DIG-001");
}

inline const CaseResult& result(const RunReport& report, std::string_view id) {
    return *std::ranges::find(report.results, id, &CaseResult::id);
}

}  // namespace assay::engine
