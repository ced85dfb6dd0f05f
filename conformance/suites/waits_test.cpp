// Which cases wait for silence, against which of them say so.
#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "conformance/suites/cases.h"

namespace assay::cases {

namespace {

// The reference, and how often it was silent.
class Counting final : public lab::Dut {
   public:
    explicit Counting(lab::ReferenceOptions options)
        : inner_(lab::make_reference_device(options), crypto::openssl_provider(), options) {}

    std::string target() const override { return inner_.target(); }
    Result<> reset() override { return inner_.reset(); }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait wait) override {
        return counted(inner_.exchange(request, wait));
    }
    Result<std::optional<lab::Answer>> exchange_secured(ByteView record, lab::Wait wait) override {
        return counted(inner_.exchange_secured(record, wait));
    }
    const record::Transport& transport() const override { return inner_.transport(); }
    bool set_sequence(uint32_t session, spdm::Direction way, uint64_t next) override {
        return inner_.set_sequence(session, way, next);
    }
    bool ask_for_key_update(uint32_t session) override { return inner_.ask_for_key_update(session); }
    void wait(std::chrono::microseconds time) override { inner_.wait(time); }
    bool time_is_cheap() const override { return inner_.time_is_cheap(); }
    bool lose_state() override { return inner_.lose_state(); }
    bool trusts_reference_requester() const override { return true; }

    size_t silences() const { return silences_; }

   private:
    template <class T>
    Result<std::optional<T>> counted(Result<std::optional<T>> answer) {
        silences_ += answer && !*answer;
        return answer;
    }

    lab::ReferenceDut inner_;
    size_t silences_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(waits_suite)

BOOST_AUTO_TEST_CASE(a_case_in_which_the_reference_is_silent_says_that_it_waits) {
    std::set<std::string, std::less<>> waiting;
    for (const engine::Case& one : all_cases()) {
        if (one.waits) waiting.insert(one.id);
    }
    Counting dut({});
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    lab.set_identity(lab::reference_requester());
    engine::RunOptions options;
    options.versions = {wire::Version::v1_1, wire::Version::v1_4};
    size_t before = 0, silent = 0;
    engine::RunControl control;
    control.progress = [&](size_t, size_t, const engine::CaseResult& last) {
        if (dut.silences() == before) return;
        before = dut.silences();
        ++silent;
        BOOST_TEST(waiting.contains(last.id), last.id << " waits and does not say so");
    };
    engine::run(lab, all_cases(), engine::Requirements::embedded(), options, control);
    BOOST_TEST(silent > 50U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
