// Sessions, records and encapsulated requests: each check of theirs waived in turn, each defect planted in
// turn, and some case of the groups must notice. Devices of other kinds, which are right, must not be found
// fault with.
#include <boost/test/unit_test.hpp>

#include "conformance/cases/responder/kill_support.h"

namespace assay::cases {

namespace {

namespace cap = wire::cap;
using wire::Version;

constexpr std::string_view kGroups[] = {"ses/", "upd/", "sec/", "enc/"};

// What it takes to see everything: the reference as it is, with the sequence number on the wire, with
// sessions that outlive a bad record, with another form of mutual authentication, and without a
// HeartbeatPeriod. One version shows as much as all of them.
std::vector<Spoiled>& kinds() {
    static std::vector<Spoiled> made = [] {
        using spdm::BadRecord;
        const std::vector<Version> one{Version::v1_2};
        const record::Transport* mctp = &record::mctp();
        std::vector<Spoiled> list;
        list.emplace_back(Variant{.name = "usual", .options = {.versions = one}});
        list.emplace_back(Variant{.name = "MCTP", .options = {.versions = one, .transport = mctp}});
        list.emplace_back(
            Variant{.name = "drops", .options = {.versions = one, .bad_record = BadRecord::drop}});
        list.emplace_back(
            Variant{.name = "MCTP, drops",
                    .options = {.versions = one, .transport = mctp, .bad_record = BadRecord::drop}});
        list.emplace_back(Variant{
            .name = "implicit GET_DIGESTS",
            .options = {.versions = one, .mut_auth_requested = wire::mut_auth::implicit_get_digests}});
        list.emplace_back(Variant{.name = "no period", .options = {.versions = one, .heartbeat_period = 0}});
        return list;
    }();
    return made;
}

constexpr uint32_t kWithout(uint32_t flags) { return lab::kReferenceFlags & ~flags; }

// Right, and unlike the reference. Two versions are enough for them.
std::vector<Spoiled> odd_kinds() {
    using spdm::BadRecord;
    const std::vector<Version> some{Version::v1_1, Version::v1_4};
    const uint32_t psk_only = kWithout(cap::cert | cap::chal | cap::meas | cap::meas_fresh | cap::key_ex |
                                       cap::mut_auth | cap::handshake_in_the_clear | cap::encap);
    const uint32_t at_once = (psk_only & ~cap::psk) | cap::psk_no_context;
    std::vector<Spoiled> list;
    list.emplace_back(Variant{.name = "DOE", .options = {.versions = some, .transport = &record::doe()}});
    list.emplace_back(
        Variant{.name = "TCP, ends silently",
                .options = {.versions = some, .transport = &record::tcp(), .bad_record = BadRecord::end}});
    list.emplace_back(Variant{.name = "shared key only", .options = {.versions = some, .flags = psk_only}});
    list.emplace_back(
        Variant{.name = "shared key, no context", .options = {.versions = some, .flags = at_once}});
    list.emplace_back(Variant{.name = "another shared key",
                              .options = {.versions = some,
                                          .flags = psk_only,
                                          .psk = spdm::PreSharedKey{.hint = Bytes{1}, .key = nullptr}}});
    list.emplace_back(
        Variant{.name = "no encryption", .options = {.versions = some, .flags = kWithout(cap::encrypt)}});
    list.emplace_back(
        Variant{.name = "neither heartbeat nor key update nor encapsulation",
                .options = {.versions = some,
                            .flags = kWithout(cap::hbeat | cap::key_upd | cap::encap | cap::mut_auth)}});
    list.emplace_back(Variant{.name = "no sessions",
                              .options = {.versions = some, .flags = cap::cert | cap::chal | cap::meas_sig}});
    list.emplace_back(
        Variant{.name = "asks for nothing",
                .options = {.versions = some, .mut_auth_requested = 0, .basic_mut_auth = false}});
    list.emplace_back(Variant{.name = "trusts nobody",
                              .options = {.versions = some},
                              .edit = [](spdm::Device& device) { device.requester_trust.roots.clear(); }});
    list.emplace_back(Variant{.name = "secured messages 1.1",
                              .options = {.versions = some, .secured_versions = {spdm::kSecured1_1}}});
    list.emplace_back(Variant{.name = "one session",
                              .options = {.versions = some},
                              .edit = [](spdm::Device& device) { device.max_sessions = 1; }});
    return list;
}

void expect_sound(Spoiled& kind) {
    BOOST_TEST_CONTEXT(kind.name()) {
        kind.run({}, cases_of(kGroups), [&](const Outcome& outcome) {
            BOOST_TEST(!outcome.noticed(), outcome.text());
            BOOST_TEST(!outcome.broken(), outcome.text());
            return true;
        });
    }
}

#ifdef ASSAY_HARNESS

using spdm::Check;
using spdm::Defect;

bool ours(const spdm::CheckInfo& check) {
    constexpr std::string_view kPrefixes[] = {"record_",        "session_phase", "session_expired",
                                              "session_absent", "heartbeat_",    "update_",
                                              "end_size",       "encap_",        "ready_session"};
    return check.responder &&
           std::ranges::any_of(kPrefixes, [&](auto prefix) { return check.name.starts_with(prefix); });
}

// Without a header there is nothing to go on with.
constexpr Check kUnseen = Check::record_short;

// Each with the rule whose cases are to be asked first.
constexpr std::pair<Defect, std::string_view> kDefects[] = {
    {Defect::sequence_big_endian, "SPDM-SEC-007"},
    {Defect::sequence_before_tag, "SPDM-SEC-002"},
    {Defect::sequence_not_advanced, "SPDM-SEC-003"},
    {Defect::sequence_kept_by_update, "SPDM-SES-014"},
    {Defect::old_key_kept, "SPDM-SES-015"},
    {Defect::measured_per_connection, "SPDM-MEA-027"},
    {Defect::measured_with_vca_twice, "SPDM-MEA-027"},
    {Defect::session_digests_in_m1, "SPDM-DIG-014"},
    {Defect::version_keeps_sessions, "SPDM-VER-007"},
    {Defect::ended_session_lives, "SPDM-SES-022"},
    {Defect::end_session_ends_all, "SPDM-SES-024"},
    {Defect::heartbeat_not_fed, "SPDM-SES-007"},
    {Defect::session_never_expires, "SPDM-SES-006"},
    {Defect::update_all_updates_one, "SPDM-SES-013"},
    {Defect::update_ack_under_old_key, "SPDM-SES-013"},
    {Defect::update_verified_early, "SPDM-SES-010"},
    {Defect::update_tag_not_echoed, "SPDM-SES-011"},
    {Defect::error_in_clear, "SPDM-SES-026"},
    {Defect::plain_request_in_session, "SPDM-SES-001"},
    {Defect::response_in_request_keys, "SPDM-SES-026"},
    {Defect::encapsulated_never_ends, "SPDM-ENC-018"},
    {Defect::encapsulated_flow_survives, "SPDM-VER-011"},
};

// The cases of the rule are asked on every kind of device before the others are.
std::string seen_by(const spdm::Waivers& waivers, std::string_view rule) {
    std::vector<const engine::Case*> all = cases_of(kGroups, rule);
    auto others = std::ranges::find_if(
        all, [&](const engine::Case* one) { return !contains(one->requirements, std::string(rule)); });
    std::string by = noticed_by(waivers, kinds(), std::span(all.begin(), others));
    return by.empty() ? noticed_by(waivers, kinds(), std::span(others, all.end())) : by;
}

#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(session_kills)

BOOST_AUTO_TEST_CASE(no_case_finds_fault_with_a_sound_reference) {
    for (Spoiled& kind : kinds()) expect_sound(kind);
}

BOOST_AUTO_TEST_CASE(no_case_finds_fault_with_a_device_that_is_odd_and_right) {
    for (Spoiled& kind : odd_kinds()) expect_sound(kind);
}

#ifdef ASSAY_HARNESS

BOOST_AUTO_TEST_CASE(every_check_of_a_session_that_is_waived_is_noticed) {
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        const spdm::CheckInfo& info = spdm::info(static_cast<Check>(i));
        if (!ours(info) || static_cast<Check>(i) == kUnseen) continue;
        spdm::Waivers waivers;
        waivers.waive(static_cast<Check>(i));
        std::string by = seen_by(waivers, info.requirement);
        BOOST_TEST(!by.empty(), info.name);
        BOOST_TEST_MESSAGE(info.name << ": " << by);
    }
}

BOOST_AUTO_TEST_CASE(every_defect_of_a_session_is_noticed) {
    for (const auto& [defect, rule] : kDefects) {
        spdm::Waivers waivers;
        waivers.plant(defect);
        std::string by = seen_by(waivers, rule);
        BOOST_TEST(!by.empty(), spdm::info(defect).name);
        BOOST_TEST_MESSAGE(spdm::info(defect).name << ": " << by);
    }
}

#endif

// What sec/sequence-field-wraps takes a short cut to.
BOOST_AUTO_TEST_CASE(a_session_over_mctp_goes_on_behind_65536_records) {
    constexpr int kRecords = 65537;
    lab::ReferenceOptions options{.transport = &record::mctp()};
    lab::ReferenceDut dut(lab::make_reference_device(options), crypto::openssl_provider(), options);
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    auto id = lab.in_session(Version::v1_2);
    BOOST_REQUIRE(id.has_value());
    spdm::Session& channel = lab.session(*id)->channel;
    const Bytes beat{0x12, wire::code::heartbeat, 0, 0};
    const spdm::Checker strict;
    for (int i = 0; i < kRecords; ++i) {
        auto answer = dut.exchange_secured(*channel.seal_message(spdm::Way::request, beat));
        BOOST_REQUIRE(answer.has_value() && answer->has_value());
        auto record = record::parse((**answer).bytes, record::mctp());
        BOOST_REQUIRE(record.has_value());
        auto opened =
            channel.open_message(spdm::Way::response, *record, strict, spdm::kRequesterRecordChecks);
        BOOST_REQUIRE_MESSAGE(opened.has_value(), i);
        BOOST_REQUIRE((*opened)[1] == wire::code::heartbeat_ack);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
