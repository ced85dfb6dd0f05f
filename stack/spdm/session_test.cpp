#include "stack/spdm/session.h"

#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"

namespace assay::spdm {

namespace {

using record::Protection;

Parameters parameters(uint16_t aead, Protection protection) {
    Parameters p;
    p.version = wire::Version::v1_2;
    p.base_hash = bit(crypto::HashAlgo::sha256);
    p.aead = aead;
    uint32_t flags = wire::cap::mac | (protection == Protection::encrypt ? wire::cap::encrypt : 0);
    p.requester_flags = p.responder_flags = flags;
    return p;
}

// Two ends of one session, in its application phase.
struct Ends {
    explicit Ends(const record::Transport& transport = record::none(),
                  Protection protection = Protection::encrypt, uint16_t aead = 2, FaultConfig faults = {},
                  uint64_t limit = record::kMaxSequence)
        : checker(faults),
          setup{.id = session_id(0x1234, 0xabcd), .transport = &transport, .limit = limit},
          one(real(), setup, parameters(aead, protection), kVca, checker),
          other(real(), setup, parameters(aead, protection), kVca, checker) {
        for (Session* end : {&one, &other}) {
            end->add_th(Bytes{4, 5});
            end->begin(Bytes(32, 9));
        }
    }

    void establish() {
        for (Session* end : {&one, &other}) {
            end->add_th(Bytes{6});
            end->establish();
        }
    }
    Checked<Bytes> open(Session& end, ByteView record, Direction way = Direction::request) {
        auto parsed = record::parse(record, end.transport());
        BOOST_REQUIRE(parsed);
        return end.open(way, *parsed, checker, kResponderRecordChecks);
    }
    // One record from the first end to the second.
    Checked<Bytes> carry(ByteView data, Direction way = Direction::request) {
        return open(other, one.seal(way, data).value(), way);
    }

    static inline const Bytes kVca{1, 2, 3};
    Checker checker;
    SessionSetup setup;
    Session one, other;
};

const Bytes kData{1, 2, 3, 4, 5};

bool carried(const Checked<Bytes>& opened, ByteView data = kData) { return opened && equal(*opened, data); }

}  // namespace

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(records_go_both_ways_in_both_phases) {
    for (Protection protection : {Protection::encrypt, Protection::mac_only}) {
        for (uint16_t aead : {uint16_t{1}, uint16_t{2}, uint16_t{4}}) {
            for (const record::Transport* transport :
                 {&record::none(), &record::mctp(), &record::doe(), &record::tcp()}) {
                Ends ends(*transport, protection, aead);
                for (int phase = 0; phase < 2; ++phase) {
                    for (Direction way : {Direction::request, Direction::response}) {
                        for (int i = 0; i < 3; ++i) BOOST_TEST(carried(ends.carry(kData, way)));
                        BOOST_TEST(ends.one.sequence(way) == 3U);
                        BOOST_TEST(ends.other.sequence(way) == 3U);
                    }
                    ends.establish();
                }
                BOOST_TEST(ends.one.sequence(Direction::request) == 0U);
                Bytes record = ends.one.seal(Direction::request, kData).value();
                bool readable = !std::ranges::search(record, kData).empty();
                BOOST_TEST(readable == (protection == Protection::mac_only));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(messages_are_wrapped_as_the_transport_has_it) {
    for (const record::Transport* transport : {&record::none(), &record::mctp(), &record::tcp()}) {
        Ends ends(*transport);
        Bytes record = ends.one.seal_message(Direction::request, kData, Bytes(3)).value();
        auto parsed = record::parse(record, *transport);
        auto message =
            ends.other.open_message(Direction::request, *parsed, ends.checker, kResponderRecordChecks);
        BOOST_TEST(carried(message));
        BOOST_TEST(carried(ends.carry(record::to_application(*transport, kData)),
                           record::to_application(*transport, kData)));
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_the_next_record_is_refused) {
    Ends ends(record::mctp());
    Bytes first = ends.one.seal(Direction::request, kData).value();
    Bytes second = ends.one.seal(Direction::request, kData).value();
    BOOST_TEST(check_name(ends.open(ends.other, second)) == "record_sequence");
    BOOST_TEST(carried(ends.open(ends.other, first)));
    BOOST_TEST(check_name(ends.open(ends.other, first)) == "record_sequence");  // replayed
    // A refused record changes nothing.
    BOOST_TEST(carried(ends.open(ends.other, second)));
    // Requests are no responses, and the keys of a phase are of no use in the next.
    Bytes third = ends.one.seal(Direction::request, kData).value();
    ends.other.set_sequence(Direction::response, 2);
    BOOST_TEST(check_name(ends.open(ends.other, third, Direction::response)) == "record_tag");
    ends.establish();
    ends.other.set_sequence(Direction::request, 2);
    BOOST_TEST(check_name(ends.open(ends.other, third)) == "record_tag");

    // Where no number is on the wire the tag shows it.
    Ends without(record::doe());
    first = without.one.seal(Direction::request, kData).value();
    second = without.one.seal(Direction::request, kData).value();
    BOOST_TEST(check_name(without.open(without.other, second)) == "record_tag");
    BOOST_TEST(carried(without.open(without.other, first)));
    BOOST_TEST(check_name(without.open(without.other, first)) == "record_tag");
}

BOOST_AUTO_TEST_CASE(no_bit_of_a_record_can_be_changed) {
    for (Protection protection : {Protection::encrypt, Protection::mac_only}) {
        Ends ends(record::mctp(), protection);
        Bytes record = ends.one.seal(Direction::request, kData).value();
        for (size_t bit = 0; bit < 8 * record.size(); ++bit) {
            Bytes changed = record;
            changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
            BOOST_TEST(!ends.open(ends.other, changed));
        }
        BOOST_TEST(carried(ends.open(ends.other, record)));
    }
}

BOOST_AUTO_TEST_CASE(sequence_numbers_outgrow_their_field) {
    for (Protection protection : {Protection::encrypt, Protection::mac_only}) {
        Ends ends(record::mctp(), protection);
        ends.establish();
        Bytes first = ends.one.seal(Direction::request, kData).value();
        BOOST_REQUIRE(carried(ends.open(ends.other, first)));
        bool all = true;
        for (uint32_t i = 1; i <= 65536; ++i) all = all && carried(ends.carry(kData));
        BOOST_TEST(all);
        BOOST_TEST(ends.other.sequence(Direction::request) == 65537U);
        // The field says 1 again; the number does not.
        Bytes second = ends.one.seal(Direction::request, kData).value();
        BOOST_TEST(to_hex(ByteView(second).subspan(4, 2)) == "0100");
        BOOST_TEST(carried(ends.open(ends.other, second)));
        ends.other.set_sequence(Direction::request, 65536);
        BOOST_TEST(check_name(ends.open(ends.other, first)) == "record_tag");
    }
}

BOOST_AUTO_TEST_CASE(an_updated_key_is_tried_beside_the_old_one) {
    Ends ends;
    ends.establish();
    BOOST_TEST(carried(ends.carry(kData)));
    ends.other.update(Direction::request);
    BOOST_TEST(ends.other.updating(Direction::request));
    BOOST_TEST(ends.other.generation(Direction::request) == 1U);
    // Not updated on the other side yet.
    BOOST_TEST(carried(ends.carry(kData)));
    BOOST_TEST(ends.other.opened_by_old_key());
    Bytes old = ends.one.seal(Direction::request, kData).value();
    ends.one.update(Direction::request);
    BOOST_TEST(ends.one.sequence(Direction::request) == 0U);
    BOOST_TEST(carried(ends.carry(kData)));
    BOOST_TEST(!ends.other.opened_by_old_key());
    ends.other.confirm(Direction::request);
    BOOST_TEST(!ends.other.updating(Direction::request));
    BOOST_TEST(check_name(ends.open(ends.other, old)) == "record_tag");
    BOOST_TEST(carried(ends.carry(kData)));
    // The other direction has its own keys.
    BOOST_TEST(ends.other.generation(Direction::response) == 0U);
    BOOST_TEST(carried(ends.carry(kData, Direction::response)));
}

BOOST_AUTO_TEST_CASE(an_update_that_is_taken_back_leaves_no_trace) {
    Ends ends;
    ends.establish();
    for (int i = 0; i < 3; ++i) BOOST_TEST(carried(ends.carry(kData)));
    ends.other.update(Direction::request);
    BOOST_TEST(carried(ends.carry(kData)));  // under the old key
    ends.other.roll_back(Direction::request);
    BOOST_TEST(!ends.other.updating(Direction::request));
    BOOST_TEST(ends.other.generation(Direction::request) == 0U);
    BOOST_TEST(ends.other.sequence(Direction::request) == 4U);
    BOOST_TEST(carried(ends.carry(kData)));
    ends.other.roll_back(Direction::request);  // there is nothing to take back
    BOOST_TEST(carried(ends.carry(kData)));
    // The next update is the one that the other side makes.
    for (Session* end : {&ends.one, &ends.other}) end->update(Direction::request);
    BOOST_TEST(carried(ends.carry(kData)));
    BOOST_TEST(!ends.other.opened_by_old_key());
}

BOOST_AUTO_TEST_CASE(many_updates_follow_one_another) {
    Ends ends(record::mctp());
    ends.establish();
    for (uint32_t i = 1; i <= 20; ++i) {
        for (Direction way : {Direction::request, Direction::response}) {
            for (Session* end : {&ends.one, &ends.other}) {
                end->update(way);
                end->confirm(way);
            }
            BOOST_TEST(carried(ends.carry(kData, way)));
            BOOST_TEST(ends.one.generation(way) == i);
            BOOST_TEST(ends.one.sequence(way) == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_key_protects_only_so_many_records) {
    Ends ends(record::none(), Protection::encrypt, 2, {}, 4);
    ends.establish();
    for (int i = 0; i < 4; ++i) BOOST_TEST(carried(ends.carry(kData)));
    BOOST_TEST(!ends.one.seal(Direction::request, kData));
    // A sender that goes on is refused.
    record::SealOptions options = ends.one.seal_options(Direction::request);
    Bytes fifth = ends.one.key(Direction::request).seal(options, record::none(), kData).value();
    BOOST_TEST(check_name(ends.open(ends.other, fifth)) == "record_limit");
    for (Session* end : {&ends.one, &ends.other}) end->update(Direction::request);
    BOOST_TEST(carried(ends.carry(kData)));

    // And no record ever has the last number.
    Ends endless;
    for (Session* end : {&endless.one, &endless.other}) {
        end->set_sequence(Direction::request, record::kMaxSequence - 1);
    }
    BOOST_TEST(carried(endless.carry(kData)));
    BOOST_TEST(!endless.one.seal(Direction::request, kData));
}

BOOST_AUTO_TEST_CASE(without_a_check_a_record_is_taken_as_far_as_it_goes) {
    struct Row {
        Check check;
        std::function<Bytes(Bytes record)> change;
    };
    const Row rows[] = {
        {Check::record_length, [](Bytes record) { return record.pop_back(), record; }},
        {Check::record_sequence, [](Bytes record) { return flipped(std::move(record), 4); }},
        {Check::record_tag, [](Bytes record) { return flipped(std::move(record)); }},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name) {
            Ends strict(record::mctp());
            Bytes record = row.change(strict.one.seal(Direction::request, kData).value());
            auto refused = strict.open(strict.other, record);
            BOOST_TEST(check_name(refused) == info(row.check).name);
            Ends waived(record::mctp(), Protection::encrypt, 2, waiving(row.check));
            record = row.change(waived.one.seal(Direction::request, kData).value());
            BOOST_TEST(check_name(waived.open(waived.other, record)) != info(row.check).name);
        }
    }
    Ends ends(record::none(), Protection::encrypt, 2, waiving(Check::record_application));
    auto& key = ends.one.key(Direction::request);
    Bytes record =
        key.seal_raw(ends.one.seal_options(Direction::request), record::none(), *from_hex("ffff0102"))
            .value();
    BOOST_TEST(carried(ends.open(ends.other, record), *from_hex("0102")));
}

BOOST_AUTO_TEST_CASE(verify_data_is_that_of_the_transcript_and_the_direction) {
    Ends ends;
    crypto::Digest request = ends.one.verify_data(Direction::request);
    BOOST_TEST(ends.other.verifies(Direction::request, request.view()));
    BOOST_TEST(!ends.other.verifies(Direction::response, request.view()));
    BOOST_TEST(!ends.other.verifies(Direction::request, request.view().first(31)));
    BOOST_TEST(!ends.other.verifies(Direction::request, {}));
    ends.other.add_th(Bytes{0});
    BOOST_TEST(!ends.other.verifies(Direction::request, request.view()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
