#include "stack/attest/quoted_values.h"

#include "stack/attest/event_replay.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

using LogForm = evidence::EventLogForm;

constexpr uint16_t kSha256 = static_cast<uint16_t>(Bank::sha256);
constexpr Register kFive = {Bank::sha256, 5}, kTen = {Bank::sha256, 10}, kSeven = {Bank::sha256, 7};

crypto::Digest filled(uint8_t byte) { return crypto::Digest(Bytes(32, byte)); }

// A log, and a quote of what its registers held but for those that are said to be otherwise.
struct Quoted {
    LogForm form = genuine_log();
    std::vector<uint32_t> indexes = {0, 4, 5, 7, 10};
    Registers otherwise;

    QuotedValues explained_by(const LogForm& shown, const Registers& given = {},
                              const std::vector<CanonicalRecord>& records = {}) const {
        const Bytes held = make(form);
        Registers values = replay(parse_event_log(held).value());
        for (const auto& [one, value] : otherwise) values[one] = value;
        Quote quote;
        quote.selections = {{kSha256, indexes}};
        quote.digest = quoted_digest(quote, kSha256, values).value();
        const Bytes log = make(shown);
        return quoted_values(quote, kSha256, parse_event_log(log).value(), records, given);
    }
};

LogForm with_actions(LogForm form, const std::vector<std::string_view>& actions) {
    for (const std::string_view action : actions)
        form.events.push_back({5, event_type::efi_action, to_bytes(as_bytes(action))});
    return form;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quoted_values_suite)

BOOST_AUTO_TEST_CASE(a_log_that_leads_to_the_quote_explains_what_is_quoted) {
    const Quoted quoted;
    const QuotedValues found = quoted.explained_by(quoted.form);
    BOOST_TEST(found.match);
    BOOST_TEST(found.explained.size() == 5U);
    BOOST_TEST((found.untouched == std::set<Register>{kTen}));
}

BOOST_AUTO_TEST_CASE(a_register_that_no_log_knows_is_held_by_its_given_value_and_not_explained) {
    Quoted quoted;
    quoted.otherwise[kTen] = filled(0x10);
    BOOST_TEST(!quoted.explained_by(quoted.form).match);
    BOOST_TEST(!quoted.explained_by(quoted.form, {{kTen, filled(0x11)}}).match);
    const QuotedValues found = quoted.explained_by(quoted.form, {{kTen, filled(0x10)}});
    BOOST_TEST(found.match);
    BOOST_TEST(!found.explained.contains(kTen));
    BOOST_TEST(found.explained.contains(kSeven));
    BOOST_TEST(found.untouched.empty());
}

BOOST_AUTO_TEST_CASE(a_given_value_that_the_log_does_not_lead_to_is_believed_and_the_log_is_not) {
    Quoted quoted;
    quoted.otherwise[kSeven] = filled(0x70);
    const QuotedValues found = quoted.explained_by(quoted.form, {{kSeven, filled(0x70)}});
    BOOST_TEST(found.match);
    BOOST_TEST(!found.explained.contains(kSeven));
}

BOOST_AUTO_TEST_CASE(a_canonical_log_explains_what_was_measured_later) {
    Quoted quoted;
    const CanonicalRecord later{10, {{Bank::sha256, Bytes(32, 7)}}};
    quoted.otherwise[kTen] = extended(Bank::sha256, reset_value(Bank::sha256, 10, 0), Bytes(32, 7));
    const QuotedValues found = quoted.explained_by(quoted.form, {}, {later});
    BOOST_TEST(found.match);
    BOOST_TEST(found.explained.contains(kTen));
    BOOST_TEST(!quoted.explained_by(quoted.form, {}, {later, later}).match);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_boot_services_is_thought_of_where_the_log_ends_before_it) {
    constexpr std::string_view kInvocation = "Exit Boot Services Invocation";
    constexpr std::string_view kFailure = "Exit Boot Services Returned with Failure";
    constexpr std::string_view kSuccess = "Exit Boot Services Returned with Success";
    using Actions = std::vector<std::string_view>;
    const LogForm before = genuine_log();
    for (const Actions& actions : {Actions{}, {kInvocation, kSuccess}, {kInvocation, kFailure, kSuccess}}) {
        Quoted quoted;
        quoted.form = with_actions(genuine_log(), actions);
        const QuotedValues found = quoted.explained_by(before);
        BOOST_TEST(found.match);
        BOOST_TEST(found.explained.contains(kFive));
    }
    Quoted quoted;
    quoted.form = with_actions(genuine_log(), {kInvocation, kSuccess, kSuccess});
    BOOST_TEST(!quoted.explained_by(before).match);
    // A log that says how it ended says all of it.
    quoted.form = with_actions(genuine_log(), {kInvocation, kSuccess});
    BOOST_TEST(!quoted.explained_by(with_actions(genuine_log(), {kInvocation})).match);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
