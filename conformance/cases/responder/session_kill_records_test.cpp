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
// HeartbeatPeriod.
std::vector<Spoiled>& kinds() {
    static std::vector<Spoiled> made = [] {
        using spdm::BadRecord;
        const record::Transport* mctp = &record::mctp();
        std::vector<Spoiled> list;
        list.emplace_back(Variant{.name = "usual"});
        list.emplace_back(Variant{.name = "MCTP", .options = {.transport = mctp}});
        list.emplace_back(Variant{.name = "drops", .options = {.bad_record = BadRecord::drop}});
        list.emplace_back(
            Variant{.name = "MCTP, drops", .options = {.transport = mctp, .bad_record = BadRecord::drop}});
        list.emplace_back(Variant{.name = "implicit GET_DIGESTS",
                                  .options = {.mut_auth_requested = wire::mut_auth::implicit_get_digests}});
        list.emplace_back(Variant{.name = "no period", .options = {.heartbeat_period = 0}});
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

// What nothing on the wire can show.
constexpr Check kUnseen[] = {
    Check::record_short,   // without a header there is nothing to go on with
    Check::record_length,  // what the check lets through has no MAC that verifies
};

constexpr Defect kDefects[] = {
    Defect::sequence_big_endian,
    Defect::sequence_before_tag,
    Defect::sequence_not_advanced,
    Defect::sequence_kept_by_update,
    Defect::old_key_kept,
    Defect::measured_per_connection,
    Defect::measured_with_vca_twice,
    Defect::session_digests_in_m1,
    Defect::version_keeps_sessions,
    Defect::ended_session_lives,
    Defect::end_session_ends_all,
    Defect::heartbeat_not_fed,
    Defect::session_never_expires,
    Defect::update_all_updates_one,
    Defect::update_ack_under_old_key,
    Defect::update_verified_early,
    Defect::update_tag_not_echoed,
    Defect::error_in_clear,
    Defect::plain_request_in_session,
    Defect::response_in_request_keys,
    Defect::encapsulated_never_ends,
    Defect::encapsulated_flow_survives,
};

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
        if (!ours(info) || contains(kUnseen, static_cast<Check>(i))) continue;
        spdm::Waivers waivers;
        waivers.waive(static_cast<Check>(i));
        std::string by = noticed_by(waivers, kinds(), cases_of(kGroups, info.requirement));
        BOOST_TEST(!by.empty(), info.name);
        BOOST_TEST_MESSAGE(info.name << ": " << by);
    }
}

BOOST_AUTO_TEST_CASE(every_defect_of_a_session_is_noticed) {
    for (Defect defect : kDefects) {
        spdm::Waivers waivers;
        waivers.plant(defect);
        std::string by = noticed_by(waivers, kinds(), cases_of(kGroups));
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
