#include "stack/transfer/channel.h"

#include <boost/test/unit_test.hpp>

#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

const Bytes kHello = {1, 2, 3, 4, 5};
const Bytes kWorld = {6, 7, 8};

}  // namespace

BOOST_AUTO_TEST_SUITE(channel)

BOOST_AUTO_TEST_CASE(what_is_sealed_in_order_opens_in_order) {
    for (const crypto::Provider* provider : kProviders) {
        for (KeyId id : {KeyId::lce00_h2d_user, KeyId::gsp_cpu_dma}) {
            const IvLayout layout = info(id).engine == Engine::gsp ? IvLayout::gsp : IvLayout::channel;
            Pair pair(id, {.layout = layout}, Checker(), Checker(), *provider);
            for (size_t size : {0U, 1U, 5U, 16U, 4096U}) {
                const Bytes plaintext = SeededRandom(size).bytes(size);
                const Message message = pair.seal(plaintext, kWorld);
                BOOST_TEST((size < 5 || message.text != plaintext));
                BOOST_TEST(pair.open(message, kWorld) == to_hex(plaintext));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_again_is_refused_and_the_next_one_still_opens) {
    Pair pair;
    const Message first = pair.seal(kHello);
    BOOST_TEST(pair.open(first) == to_hex(kHello));
    BOOST_TEST(pair.open(first) == "block_tag");
    BOOST_TEST(pair.open(pair.seal(kWorld)) == to_hex(kWorld));
    BOOST_TEST(pair.open(first) == "block_tag");
}

BOOST_AUTO_TEST_CASE(a_message_before_its_turn_is_refused_and_opens_when_it_comes) {
    Pair pair;
    const Message first = pair.seal(kHello), second = pair.seal(kWorld);
    BOOST_TEST(pair.open(second) == "block_tag");
    BOOST_TEST(pair.open(first) == to_hex(kHello));
    BOOST_TEST(pair.open(second) == to_hex(kWorld));
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_dropped_message_opens) {
    Pair pair;
    (void)pair.seal(kHello);
    for (int i = 0; i < 3; ++i) BOOST_TEST(pair.open(pair.seal(kWorld)) == "block_tag");
    BOOST_TEST(pair.receiver.counted() == 0U);
}

BOOST_AUTO_TEST_CASE(every_bit_of_text_tag_and_associated_data_counts) {
    for (const crypto::Provider* provider : kProviders) {
        Pair pair(KeyId::lce00_h2d_user, {}, Checker(), Checker(), *provider);
        const Message message = pair.seal(kHello, kWorld);
        for (size_t bit = 0; bit < 8 * message.text.size(); ++bit) {
            Message changed = message;
            changed.text = flipped(message.text, bit);
            BOOST_TEST(pair.open(changed, kWorld) == "block_tag");
        }
        for (size_t bit = 0; bit < 8 * message.tag.size(); ++bit) {
            Message changed = message;
            changed.tag = flipped(message.tag, bit);
            BOOST_TEST(pair.open(changed, kWorld) == "block_tag");
        }
        for (size_t bit = 0; bit < 8 * kWorld.size(); ++bit) {
            BOOST_TEST(pair.open(message, flipped(kWorld, bit)) == "block_tag");
        }
        BOOST_TEST(pair.open(message) == "block_tag");
        BOOST_TEST(pair.open(message, kWorld) == to_hex(kHello));
    }
}

BOOST_AUTO_TEST_CASE(a_message_cut_short_or_long_is_refused) {
    Pair pair;
    const Message message = pair.seal(kHello);
    Message cut = message;
    cut.text.pop_back();
    BOOST_TEST(pair.open(cut) == "block_tag");
    cut.text = concat({message.text, Bytes{0}});
    BOOST_TEST(pair.open(cut) == "block_tag");
    cut = message;
    cut.tag.pop_back();
    BOOST_TEST(pair.open(cut) == "block_size");
    Bytes small(3);
    Message whole = message;
    BOOST_TEST(outcome(pair.receiver.open(0, {}, {whole.text, small, whole.tag})) == "block_size");
    BOOST_TEST(pair.open(message) == to_hex(kHello));
}

BOOST_AUTO_TEST_CASE(a_message_of_another_channel_direction_engine_or_secret_is_refused) {
    Pair pair;
    const Message message = pair.seal(kHello);
    Pair other_direction(KeyId::lce00_d2h_user), other_engine(KeyId::lce01_h2d_user),
        other_role(KeyId::lce00_h2d_kernel);
    for (Pair* other : {&other_direction, &other_engine, &other_role}) {
        BOOST_TEST(other->open(message) == "block_tag");
    }
    // A second channel under the same key differs by its channel counter alone.
    Channel second = Channel::make(pair.receive_ring, {}).value();
    Bytes out(message.text.size());
    Message copy = message;
    BOOST_TEST(second.channel_counter() == 1U);
    BOOST_TEST(outcome(second.open(0, {}, {copy.text, out, copy.tag})) == "block_tag");
    Channel foreign = Channel::make(ring_of(KeyId::lce00_h2d_user, Checker(), 2), {}).value();
    BOOST_TEST(outcome(foreign.open(0, {}, {copy.text, out, copy.tag})) == "block_tag");
    BOOST_TEST(pair.open(message) == to_hex(kHello));
}

BOOST_AUTO_TEST_CASE(what_was_refused_leaves_no_plaintext) {
    Pair pair;
    Message message = pair.seal(kHello);
    message.tag[0] ^= 1;
    Bytes out(message.text.size(), 0xee);
    BOOST_TEST(!pair.receiver.open(0, {}, {message.text, out, message.tag}));
    BOOST_TEST((out == Bytes(out.size())));
}

BOOST_AUTO_TEST_CASE(the_last_message_that_the_counter_can_count_is_the_last) {
    Pair pair;
    pair.sender.set_counted(UINT32_MAX - 1);
    pair.receiver.set_counted(UINT32_MAX - 1);
    BOOST_TEST(pair.open(pair.seal(kHello)) == to_hex(kHello));
    Bytes text = kHello, tag(crypto::kAeadTagSize);
    BOOST_TEST(outcome(pair.sender.seal({}, {text, text, tag})) == "iv_exhausted");
    BOOST_TEST((text == kHello));
    BOOST_TEST(outcome(pair.receiver.open(0, {}, {text, text, tag})) == "iv_exhausted");
    // A new channel counter starts anew, and only at both ends.
    BOOST_REQUIRE(pair.sender.rotate_iv());
    const Message message = pair.seal(kHello);
    BOOST_TEST(pair.open(message) == "iv_exhausted");
    BOOST_REQUIRE(pair.receiver.rotate_iv());
    BOOST_TEST(pair.open(message) == to_hex(kHello));
}

BOOST_AUTO_TEST_CASE(a_run_ends_with_the_last_message_that_the_counter_can_count) {
    for (uint32_t run : {2U, 3U, 8U}) {
        Pair pair;
        std::vector<Message> messages(run, Message{.text = kHello});
        std::vector<Piece> pieces;
        for (Message& one : messages) pieces.push_back({one.text, one.text, one.tag});
        // One more than there are left: nothing is sealed and nothing counted.
        for (Channel* end : {&pair.sender, &pair.receiver}) end->set_counted(UINT32_MAX - run + 1);
        BOOST_TEST(outcome(pair.sender.reserve(run, 0)) == "iv_exhausted");
        BOOST_TEST(outcome(pair.sender.seal_run(pieces)) == "iv_exhausted");
        BOOST_TEST(pair.sender.remaining() == run - 1);
        BOOST_TEST((messages.back().text == kHello));
        // As many as there are left.
        for (Channel* end : {&pair.sender, &pair.receiver}) end->set_counted(UINT32_MAX - run);
        BOOST_TEST(outcome(pair.sender.seal_run(pieces)) == "taken");
        BOOST_TEST(pair.sender.remaining() == 0U);
        pair.receiver.set_counted(UINT32_MAX - run + 1);
        BOOST_TEST(outcome(pair.receiver.open_run(0, pieces)) == "iv_exhausted");
        pair.receiver.set_counted(UINT32_MAX - run);
        BOOST_TEST(outcome(pair.receiver.open_run(0, pieces)) == "taken");
        for (const Message& one : messages) BOOST_TEST((one.text == kHello));
    }
}

BOOST_AUTO_TEST_CASE(an_explicit_iv_is_used_once_and_in_any_order) {
    Pair pair;
    Slots one = pair.sender.reserve(1, 5).value(), two = pair.sender.reserve(1, 5).value();
    Slots expected_one = pair.receiver.reserve(1, 5).value(),
          expected_two = pair.receiver.reserve(1, 5).value();
    Bytes text = kHello, tag(crypto::kAeadTagSize), out(5);
    const Piece sealed{text, text, tag}, opened{text, out, tag};
    BOOST_REQUIRE(pair.sender.seal_at(two, {}, {&sealed, 1}));
    BOOST_TEST(outcome(pair.sender.seal_at(two, {}, {&sealed, 1})) == "iv_not_fresh");
    BOOST_TEST(outcome(pair.receiver.open_at(expected_one, {}, {&opened, 1})) == "block_tag");
    BOOST_REQUIRE(pair.receiver.open_at(expected_two, {}, {&opened, 1}));
    BOOST_TEST((out == kHello));
    BOOST_TEST(outcome(pair.receiver.open_at(expected_two, {}, {&opened, 1})) == "iv_not_fresh");
    text = kWorld;
    out = Bytes(3);
    const Piece next{text, text, tag}, taken{text, out, tag};
    BOOST_REQUIRE(pair.sender.seal_at(one, {}, {&next, 1}));
    BOOST_REQUIRE(pair.receiver.open_at(expected_one, {}, {&taken, 1}));
    BOOST_TEST((out == kWorld));
}

BOOST_AUTO_TEST_CASE(a_run_over_several_threads_is_the_same_as_over_one) {
    ThreadExecutor threads(3);
    Pair one, many;
    const Bytes plaintext = SeededRandom(1).bytes(9000);
    const auto sealed = [&](Channel& channel, Executor& executor) {
        std::vector<Message> messages(9);
        std::vector<Piece> pieces;
        for (size_t i = 0; i < messages.size(); ++i) {
            messages[i].text = to_bytes(ByteView(plaintext).subspan(1000 * i, 1000));
            pieces.push_back({messages[i].text, messages[i].text, messages[i].tag});
        }
        BOOST_REQUIRE(channel.seal_run(pieces, executor));
        return messages;
    };
    std::vector<Message> messages = sealed(many.sender, threads),
                         alone = sealed(one.sender, inline_executor());
    Bytes out(9000);
    std::vector<Piece> pieces;
    for (size_t i = 0; i < messages.size(); ++i) {
        BOOST_TEST((messages[i].text == alone[i].text && messages[i].tag == alone[i].tag));
        pieces.push_back({messages[i].text, std::span(out).subspan(1000 * i, 1000), messages[i].tag});
    }
    // One bad message refuses the run, wipes it all and changes nothing.
    messages[4].tag[3] ^= 1;
    BOOST_TEST(outcome(many.receiver.open_run(0, pieces, threads)) == "block_tag");
    BOOST_TEST((out == Bytes(9000)));
    BOOST_TEST(many.receiver.counted() == 0U);
    messages[4].tag[3] ^= 1;
    BOOST_REQUIRE(many.receiver.open_run(0, pieces, threads));
    BOOST_TEST((out == plaintext));
}

BOOST_AUTO_TEST_CASE(messages_in_flight_open_under_the_key_that_sealed_them) {
    Pair pair;
    const Message old = pair.seal(kHello);
    BOOST_REQUIRE(pair.rotate());
    const Message fresh = pair.seal(kWorld);
    BOOST_TEST(old.version == 0U);
    BOOST_TEST(fresh.version == 1U);
    BOOST_TEST(pair.open(fresh) == to_hex(kWorld));
    BOOST_TEST(pair.open(old) == to_hex(kHello));
    Message lied = pair.seal(kHello);
    lied.version = 0;
    BOOST_TEST(pair.open(lied) == "version_ended");
    lied.version = 2;
    BOOST_TEST(pair.open(lied) == "key_version");
    lied.version = 1;
    BOOST_TEST(pair.open(lied) == to_hex(kHello));
}

BOOST_AUTO_TEST_CASE(a_key_is_not_dropped_while_its_messages_are_in_flight) {
    Pair pair;
    const Message old = pair.seal(kHello);
    for (size_t i = 1; i < kKeptVersions; ++i) BOOST_REQUIRE(pair.rotate());
    BOOST_TEST(outcome(pair.receiver.may_rotate()) == "rotation_in_flight");
    BOOST_TEST(pair.open(old) == to_hex(kHello));
    BOOST_TEST(pair.rotate());
    BOOST_TEST(pair.open(old) == "key_version");
}

BOOST_AUTO_TEST_CASE(without_authentication_what_comes_is_decrypted_and_in_the_clear_copied) {
    Pair apm(KeyId::lce00_h2d_user, {.protection = Protection::encrypted});
    Message message = apm.seal(kHello);
    BOOST_TEST((message.text != kHello));
    BOOST_TEST((message.tag == Bytes(crypto::kAeadTagSize)));
    message.text[0] ^= 0x80;
    Bytes changed = kHello;
    changed[0] ^= 0x80;
    BOOST_TEST(apm.open(message) == to_hex(changed));
    Pair off(KeyId::lce00_h2d_user, {.protection = Protection::clear});
    message = off.seal(kHello);
    BOOST_TEST((message.text == kHello));
    BOOST_TEST(off.open(message) == to_hex(kHello));
    BOOST_TEST(off.open(message) == to_hex(kHello));
}

BOOST_AUTO_TEST_CASE(without_keys_nothing_is_sealed_or_opened) {
    Pair pair;
    Message message = pair.seal(kHello);
    pair.send_ring->close();
    pair.receive_ring->close();
    Bytes text = kHello, tag(crypto::kAeadTagSize);
    BOOST_TEST(outcome(pair.sender.seal({}, {text, text, tag})) == "key_closed");
    BOOST_TEST(pair.open(message) == "key_closed");
    BOOST_TEST(outcome(pair.receiver.skip()) == "key_closed");
    BOOST_TEST(outcome(pair.receiver.rotate_iv()) == "key_closed");
}

BOOST_AUTO_TEST_CASE(a_waived_tag_lets_changed_text_through) {
    Pair pair(KeyId::lce00_h2d_user, {}, Checker(), waiving(Check::block_tag));
    Message message = pair.seal(kHello);
    message.text[0] ^= 1;
    BOOST_TEST(pair.open(message) == "0002030405");
}

// Each defect of a channel shows in one of these.
BOOST_AUTO_TEST_CASE(planted_defects_take_or_keep_what_must_not_be) {
    const auto pair_with = [](Defect defect) {
        return Pair(KeyId::lce00_h2d_user, {}, planting(defect), planting(defect));
    };
    for (Defect defect : {Defect::receive_not_advanced, Defect::replay_window, Defect::iv_reused}) {
        Pair pair = pair_with(defect);
        const Message message = pair.seal(kHello);
        BOOST_TEST(pair.open(message) == to_hex(kHello));
        BOOST_TEST(pair.open(message) == to_hex(kHello), info(defect).name);
    }
    Pair short_tag = pair_with(Defect::tag_short);
    Message message = short_tag.seal(kHello);
    message.tag[9] ^= 1;
    BOOST_TEST(short_tag.open(message) == to_hex(kHello));
    Pair no_aad = pair_with(Defect::aad_ignored);
    BOOST_TEST(no_aad.open(no_aad.seal(kHello, kWorld)) == to_hex(kHello));
    Pair kept = pair_with(Defect::unverified_kept);
    message = kept.seal(kHello);
    message.tag[0] ^= 1;
    Bytes out(5);
    BOOST_TEST(!kept.receiver.open(0, {}, {message.text, out, message.tag}));
    BOOST_TEST((out == kHello));
    Pair advancing = pair_with(Defect::refusal_advances);
    message = advancing.seal(kHello);
    Message bad = message;
    bad.tag[0] ^= 1;
    BOOST_TEST(advancing.open(bad) == "block_tag");
    BOOST_TEST(advancing.open(message) == "block_tag");
    Pair lossy = pair_with(Defect::rotation_drops_old);
    message = lossy.seal(kHello);
    BOOST_REQUIRE(lossy.rotate());
    BOOST_TEST(lossy.open(message) == "key_version");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_old_keys_and_explicit_ivs_show) {
    const Checker forever = planting(Defect::old_key_kept);
    Pair kept(KeyId::lce00_h2d_user, {}, forever, forever);
    const Message old = kept.seal(kHello);
    BOOST_TEST(kept.open(old) == to_hex(kHello));
    for (size_t i = 0; i < 20; ++i) BOOST_REQUIRE(kept.rotate());
    BOOST_TEST(!kept.receive_ring->key(0).empty());
    const Checker endless = planting(Defect::end_ignored);
    Pair overcounted(KeyId::lce00_h2d_user, {}, Checker(), endless);
    const auto before = overcounted.receiver.counted();
    BOOST_REQUIRE(overcounted.receive_ring->rotate());
    overcounted.receiver.rotated(before);
    BOOST_TEST(overcounted.open(overcounted.seal(kHello)) == to_hex(kHello));
    const Checker twice = planting(Defect::freshness_kept);
    Pair fresh(KeyId::lce00_h2d_user, {}, twice, twice);
    Slots slots = fresh.sender.reserve(1, 5).value();
    Bytes text = kHello, tag(crypto::kAeadTagSize);
    const Piece piece{text, text, tag};
    BOOST_REQUIRE(fresh.sender.seal_at(slots, {}, {&piece, 1}));
    BOOST_TEST(fresh.sender.seal_at(slots, {}, {&piece, 1}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
