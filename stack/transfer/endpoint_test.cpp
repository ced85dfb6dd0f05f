// The two ends together: copies, modes, the latch.
#include <boost/test/unit_test.hpp>
#include <deque>

#include "stack/transfer/endpoint_test_support.h"

namespace assay::transfer {

namespace {

const Bytes kSecretText = SeededRandom(9).bytes(100);

// A GPU that executes only while the guest waits for it, one submission at a time.
class SlowDoorbell final : public Doorbell {
   public:
    explicit SlowDoorbell(GpuEndpoint& gpu) : gpu_(gpu) {}
    void ring(ByteView submission) override { rung_.push_back(to_bytes(submission)); }
    bool wait() override {
        if (rung_.empty()) return false;
        const bool executed = gpu_.execute(rung_.front()).has_value();
        rung_.pop_front();
        return executed;
    }

   private:
    GpuEndpoint& gpu_;
    std::deque<Bytes> rung_;
};

// The offset of the first page of the first staging buffer.
std::span<uint8_t> first_page(Ends& ends) { return std::span(ends.shared).subspan(kStagingAt, 64); }

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(copies_of_every_size_arrive_both_ways_in_every_mode) {
    for (Mode mode : {Mode::off, Mode::apm, Mode::cc}) {
        Ends ends(small_config(mode));
        for (size_t size : {1U, 63U, 64U, 65U, 256U, 257U, 3000U}) {
            const Bytes data = SeededRandom(size).bytes(size);
            BOOST_TEST(ends.write(100, data, size % 2) == "taken");
            BOOST_TEST(equal(ByteView(ends.memory.bytes).subspan(100, size), data));
            Bytes back(size);
            BOOST_TEST(ends.read(100, back, size % 2) == "taken");
            BOOST_TEST((back == data));
        }
        BOOST_TEST(ends.guest->in_flight() == 0U);
        BOOST_TEST(ends.guest->pool().in_use() == 0U);
        BOOST_TEST(ends.guest->pool().size() <= 4U);
    }
}

BOOST_AUTO_TEST_CASE(what_stands_in_shared_memory_is_what_the_mode_says) {
    const ByteView data = ByteView(kSecretText).first(16);
    for (Mode mode : {Mode::off, Mode::apm, Mode::cc}) {
        Ends ends(small_config(mode));
        BOOST_TEST(ends.write(0, data) == "taken");
        BOOST_TEST(ends.shared_holds(data) == (mode == Mode::off));
        BOOST_TEST(ends.write(0, data, 0, Traffic::code) == "taken");
        BOOST_TEST(ends.shared_holds(data) == (mode != Mode::cc));
    }
}

BOOST_AUTO_TEST_CASE(a_changed_page_is_refused_and_wiped_and_closes_the_path_for_good) {
    Ends ends;
    auto transfer = ends.guest->begin_write(0, Traffic::data, 0, kSecretText).value();
    first_page(ends)[5] ^= 1;
    BOOST_TEST(ends.execute(transfer.submission) == "block_tag");
    BOOST_TEST((ends.memory.bytes == Bytes(ends.memory.bytes.size())));
    BOOST_TEST(!ends.gpu->ready());
    BOOST_TEST(ends.gpu->keys_are_gone());
    BOOST_TEST((ends.gpu->failure()->check == Check::block_tag));
    BOOST_TEST(outcome(ends.gpu->set_ready()) == "latched");
    BOOST_TEST(ends.execute(transfer.submission) == "latched");
    BOOST_TEST(outcome(ends.guest->finish(transfer.id)) == "copy_pending");
}

BOOST_AUTO_TEST_CASE(a_changed_page_on_the_way_back_is_refused_and_wiped) {
    Ends ends;
    BOOST_TEST(ends.write(0, kSecretText) == "taken");
    auto transfer = ends.guest->begin_read(0, 0, kSecretText.size()).value();
    BOOST_TEST(ends.execute(transfer.submission) == "taken");
    ends.shared[kStagingAt + 70] ^= 1;
    Bytes out(kSecretText.size(), 0xee);
    BOOST_TEST(outcome(ends.guest->finish(transfer.id, out)) == "block_tag");
    BOOST_TEST((out == Bytes(out.size())));
    BOOST_TEST(ends.guest->keys_are_gone());
    BOOST_TEST(ends.guest->in_flight() == 0U);
    BOOST_TEST(outcome(ends.guest->begin_read(0, 0, 1)) == "latched");
}

BOOST_AUTO_TEST_CASE(in_apm_a_changed_or_repeated_page_is_taken) {
    Ends ends(small_config(Mode::apm));
    auto transfer = ends.guest->begin_write(0, Traffic::data, 0, kSecretText).value();
    const Bytes staged = ends.shared;
    first_page(ends)[5] ^= 1;
    BOOST_TEST(ends.execute(transfer.submission) == "taken");
    BOOST_TEST(ends.memory.bytes[5] == (kSecretText[5] ^ 1));
    BOOST_REQUIRE(ends.guest->finish(transfer.id));
    BOOST_TEST(ends.write(0, Bytes(100, 7)) == "taken");
    ends.shared = staged;
    BOOST_TEST(ends.execute(transfer.submission) == "taken");
    BOOST_TEST(equal(ByteView(ends.memory.bytes).first(100), kSecretText));
}

BOOST_AUTO_TEST_CASE(a_submission_comes_once_in_its_order_and_unchanged) {
    for (int attack = 0; attack < 3; ++attack) {
        Ends ends;
        auto one = ends.guest->begin_write(0, Traffic::data, 0, Bytes(10, 1)).value();
        auto two = ends.guest->begin_write(0, Traffic::data, 0, Bytes(10, 2)).value();
        if (attack == 0) BOOST_TEST(ends.execute(two.submission) == "work_mac");
        if (attack == 1) BOOST_TEST(ends.execute(flipped(one.submission, 200)) == "work_mac");
        if (attack == 2) {
            BOOST_TEST(ends.execute(one.submission) == "taken");
            BOOST_TEST(ends.execute(one.submission) == "work_mac");
        }
        BOOST_TEST(ends.gpu->keys_are_gone());
    }
}

BOOST_AUTO_TEST_CASE(commands_that_cannot_be_executed_close_the_path) {
    const std::pair<CopyCommand, const char*> rows[] = {
        {{.size = 0}, "staging_bounds"},
        {{.size = 257}, "staging_bounds"},
        {{.buffer = 1000, .size = 1}, "staging_bounds"},
        {{.size = 1, .address = 8192}, "copy_address"},
        {{.size = 1, .address = UINT64_MAX}, "copy_address"},
        {{.channel = 2, .size = 1}, "copy_channel"},
        {{.op = CopyOp::rotate, .version = 2}, "rotation_order"},
    };
    for (const auto& [command, check] : rows) {
        Ends ends;
        auto submission = ends.guest->submit(to_methods(command)).value();
        BOOST_TEST(ends.execute(submission) == check);
    }
    Ends ends;
    std::vector<Method> methods = to_methods({.size = 1});
    methods.pop_back();
    BOOST_TEST(ends.execute(ends.guest->submit(methods).value()) == "copy_form");
    Ends other;
    methods = {{0x1000, 1}};
    auto executed = other.gpu->execute(other.guest->submit(methods).value());
    BOOST_REQUIRE(executed.has_value());
    BOOST_TEST((executed->value() == methods));
}

BOOST_AUTO_TEST_CASE(the_guest_begins_nothing_that_is_too_large_or_goes_nowhere) {
    Ends ends;
    BOOST_TEST(outcome(ends.guest->begin_write(0, Traffic::data, 0, {})) == "copy_size");
    BOOST_TEST(outcome(ends.guest->begin_write(0, Traffic::data, 0, Bytes(257))) == "copy_size");
    BOOST_TEST(outcome(ends.guest->begin_write(2, Traffic::data, 0, Bytes(1))) == "copy_channel");
    BOOST_TEST(outcome(ends.guest->begin_read(2, 0, 1)) == "copy_channel");
    BOOST_TEST(outcome(ends.guest->begin_rotation(2)) == "copy_channel");
    BOOST_TEST(outcome(ends.guest->begin_iv_rotation(2)) == "copy_channel");
    BOOST_TEST(outcome(ends.guest->finish(1)) == "copy_ticket");
    auto transfer = ends.guest->begin_read(0, 0, 5).value();
    BOOST_TEST(outcome(ends.guest->finish(transfer.id)) == "copy_size");
    Bytes out(5);
    BOOST_TEST(outcome(ends.guest->finish(transfer.id, out)) == "copy_pending");
    BOOST_TEST(ends.execute(transfer.submission) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(transfer.id, out)) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(transfer.id, out)) == "copy_ticket");
}

BOOST_AUTO_TEST_CASE(a_full_pool_refuses_and_loses_nothing) {
    Ends ends;
    std::vector<Transfer> transfers;
    transfers.reserve(4);
    for (uint8_t i = 0; i < 4; ++i) {
        transfers.push_back(ends.guest->begin_write(0, Traffic::data, i, Bytes(1, i)).value());
    }
    BOOST_TEST(outcome(ends.guest->begin_write(0, Traffic::data, 0, Bytes(1))) == "staging_full");
    BOOST_TEST(outcome(ends.guest->begin_read(0, 0, 1)) == "staging_full");
    for (const Transfer& transfer : transfers) BOOST_TEST(ends.execute(transfer.submission) == "taken");
    for (const Transfer& transfer : transfers) BOOST_TEST(ends.guest->finish(transfer.id).has_value());
    BOOST_TEST(to_hex(ByteView(ends.memory.bytes).first(4)) == "00010203");
    BOOST_TEST(ends.write(0, Bytes(2000, 9)) == "taken");
}

BOOST_AUTO_TEST_CASE(a_copy_that_finds_the_pool_full_waits_and_goes_on_with_the_same_part) {
    EndpointConfig config = small_config();
    config.depth = 2 * config.staging.most;
    Ends ends(config);
    const Bytes data = SeededRandom(4).bytes(config.staging.buffer_size * (config.depth + 3) + 5);
    SlowDoorbell doorbell(*ends.gpu);
    BOOST_TEST(outcome(ends.guest->copy_to_gpu(doorbell, 0, Traffic::data, 7, data)) == "taken");
    BOOST_TEST(equal(ByteView(ends.memory.bytes).subspan(7, data.size()), data));
    Bytes back(data.size());
    BOOST_TEST(outcome(ends.guest->copy_to_cpu(doorbell, 1, 7, back)) == "taken");
    BOOST_TEST((back == data));
    BOOST_TEST(ends.guest->pool().size() == config.staging.most);
    BOOST_TEST(ends.guest->pool().in_use() == 0U);
}

BOOST_AUTO_TEST_CASE(the_policy_is_set_before_the_path_is_ready) {
    Bytes shared(4096);
    auto guest = GuestEndpoint::make(SecretBytes(export_secret()), shared, small_config()).value();
    BOOST_TEST(outcome(guest->set_policy(66)) == "policy_range");
    BOOST_TEST(outcome(guest->set_policy(50)) == "taken");
    BOOST_TEST(guest->config().thresholds.upper == 777472127993U);
    BOOST_REQUIRE(guest->set_ready());
    BOOST_TEST(outcome(guest->set_policy(50)) == "policy_late");
}

BOOST_AUTO_TEST_CASE(before_ready_no_work_is_taken_and_after_it_there_is_no_way_back) {
    Bytes shared(4096);
    FlatMemory memory(100);
    auto guest = GuestEndpoint::make(SecretBytes(export_secret()), shared, small_config()).value();
    auto gpu = GpuEndpoint::make(SecretBytes(export_secret()), shared, small_config(), memory).value();
    BOOST_TEST(outcome(guest->begin_write(0, Traffic::data, 0, Bytes(1))) == "not_ready");
    BOOST_TEST(outcome(guest->begin_rotation(0)) == "not_ready");
    BOOST_TEST(outcome(gpu->execute(Bytes(50))) == "not_ready");
    BOOST_TEST(outcome(guest->submit(std::vector<Method>(1))) == "not_ready");
    guest->drop_ready();
    BOOST_TEST(!guest->failure().has_value());
    BOOST_REQUIRE(guest->set_ready());
    guest->drop_ready();
    BOOST_TEST((guest->failure()->check == Check::ready_dropped));
    BOOST_TEST(outcome(guest->set_ready()) == "latched");
    BOOST_TEST(outcome(guest->send_rpc(Bytes(1))) == "latched");
    BOOST_TEST(guest->keys_are_gone());
}

BOOST_AUTO_TEST_CASE(a_closed_path_leaves_no_secret) {
    const size_t before = SecretBytes::live();
    Ends ends;
    BOOST_TEST(SecretBytes::live() > before);
    ends.guest->close(Refusal{Check::not_ready});
    ends.gpu->close(Refusal{Check::not_ready});
    BOOST_TEST(SecretBytes::live() == before);
    Ends leaking(small_config(Mode::cc, planting(Defect::keys_survive_latch)));
    leaking.guest->close(Refusal{Check::not_ready});
    BOOST_TEST(!leaking.guest->keys_are_gone());
    BOOST_TEST(SecretBytes::live() > before);
}

// What was derived from a key is wiped with it; a channel that is kept still has its message count.
BOOST_AUTO_TEST_CASE(a_closed_path_forgets_its_channels_in_both_directions) {
    Ends ends;
    Bytes back(300);
    for (uint32_t channel : {0U, 1U}) {
        BOOST_TEST(ends.write(0, Bytes(300, 1), channel) == "taken");
        BOOST_TEST(ends.read(0, back, channel) == "taken");
    }
    BOOST_REQUIRE(ends.gpu->receive_rpc(ends.guest->send_rpc(Bytes(10)).value()));
    BOOST_REQUIRE(ends.guest->receive_rpc(ends.gpu->send_rpc(Bytes(10)).value()));
    for (Endpoint* end : std::initializer_list<Endpoint*>{ends.guest.get(), ends.gpu.get()}) {
        std::vector<const Channel*> channels = {&end->rpc_out().channel(), &end->rpc_in().channel()};
        for (size_t i = 0; i < end->channels(); ++i) {
            channels.push_back(&end->data_channel(i).to_gpu);
            channels.push_back(&end->data_channel(i).to_cpu);
        }
        for (const Channel* one : channels) BOOST_TEST(one->counted() > 0U);
        end->close(Refusal{Check::not_ready});
        for (const Channel* one : channels) BOOST_TEST(one->counted() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(rpc_and_faults_go_between_the_ends_and_close_them_when_tampered_with) {
    Ends ends;
    const Bytes element = ends.guest->send_rpc(as_bytes("hello")).value();
    BOOST_TEST((ends.gpu->receive_rpc(element).value() == to_bytes(as_bytes("hello"))));
    const Bytes answer = ends.gpu->send_rpc(as_bytes("world")).value();
    BOOST_TEST((ends.guest->receive_rpc(answer).value() == to_bytes(as_bytes("world"))));
    for (FaultKind kind : {FaultKind::replayable, FaultKind::non_replayable}) {
        Bytes entry(kFaultEntrySize);
        BOOST_REQUIRE(ends.gpu->write_fault(kind, Bytes(32, 1), entry));
        BOOST_REQUIRE(ends.guest->skip_fault(kind, entry));
        BOOST_REQUIRE(ends.gpu->write_fault(kind, Bytes(32, 2), entry));
        BOOST_TEST((ends.guest->read_fault(kind, entry).value() == Bytes(32, 2)));
    }
    // An answer reflected to who sent it.
    const Bytes reflected = ends.guest->send_rpc(as_bytes("again")).value();
    BOOST_TEST(outcome(ends.guest->receive_rpc(reflected)) == "rpc_tag");
    BOOST_TEST(ends.guest->keys_are_gone());
}

BOOST_AUTO_TEST_CASE(endpoints_that_cannot_be_are_refused) {
    Bytes shared(4096);
    const auto made = [&](const EndpointConfig& config, size_t size, size_t secret) {
        return outcome(
            GuestEndpoint::make(SecretBytes(Bytes(secret)), std::span(shared).first(size), config));
    };
    EndpointConfig config = small_config();
    BOOST_TEST(made(config, 4096, 48) == "taken");
    BOOST_TEST(made(config, 4096, 31) == "secret_size");
    BOOST_TEST(made(config, 63, 48) == "staging_layout");
    BOOST_TEST(made(config, 64, 48) == "staging_layout");
    config.channels = 17;
    BOOST_TEST(made(config, 4096, 48) == "copy_channel");
    config.channels = 0;
    BOOST_TEST(made(config, 4096, 48) == "copy_channel");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_the_ends_show) {
    Ends staged(small_config(Mode::cc, planting(Defect::plaintext_in_staging)));
    BOOST_TEST(staged.write(0, kSecretText) == "taken");
    Bytes out(100);
    BOOST_TEST(staged.read(0, out) == "taken");
    BOOST_TEST((out == kSecretText));
    BOOST_TEST(staged.shared_holds(ByteView(kSecretText).first(64)));
    EndpointConfig config = small_config(Mode::cc, planting(Defect::staging_clear_first));
    config.message_limit = 1;
    Ends copied(config);
    BOOST_TEST(copied.write(0, kSecretText) == "iv_exhausted");
    BOOST_TEST(copied.shared_holds(ByteView(kSecretText).first(64)));
    Ends kept(small_config(Mode::cc, planting(Defect::ticket_kept)));
    auto transfer = kept.guest->begin_write(0, Traffic::data, 0, kSecretText).value();
    BOOST_TEST(kept.execute(transfer.submission) == "taken");
    BOOST_REQUIRE(kept.guest->finish(transfer.id));
    BOOST_TEST(kept.guest->finish(transfer.id).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_copy_over_several_threads_is_the_same_as_over_one) {
    EndpointConfig config = small_config();
    config.staging = {.buffer_size = 16384, .page_size = 4096, .initial = 2, .most = 4};
    const Bytes data = SeededRandom(3).bytes(300'000);
    ThreadExecutor guest_threads(2), gpu_threads(2);
    Ends many(config, 100'000, data.size(), gpu_threads), one(config, 100'000, data.size());
    InlineDoorbell inline_bell(*one.gpu);
    BOOST_REQUIRE(one.guest->copy_to_gpu(inline_bell, 0, Traffic::data, 0, data));
    for (int round = 0; round < 3; ++round) {
        ThreadDoorbell doorbell(*many.gpu);
        BOOST_TEST(outcome(many.guest->copy_to_gpu(doorbell, 0, Traffic::data, 0, data, guest_threads)) ==
                   "taken");
        Bytes back(data.size());
        BOOST_TEST(outcome(many.guest->copy_to_cpu(doorbell, 0, 0, back, guest_threads)) == "taken");
        BOOST_TEST((back == data));
        BOOST_TEST(!doorbell.refusal().has_value());
    }
    BOOST_TEST((many.memory.bytes == data));
    BOOST_TEST((one.memory.bytes == data));
    BOOST_TEST(many.guest->pool().size() <= 4U);
}

BOOST_AUTO_TEST_CASE(a_refusal_in_the_other_thread_ends_the_copy) {
    Ends ends(small_config(), 4096, 100);
    ThreadDoorbell doorbell(*ends.gpu);
    BOOST_TEST(outcome(ends.guest->copy_to_gpu(doorbell, 0, Traffic::data, 0, Bytes(2000, 1))) ==
               "copy_pending");
    BOOST_TEST((doorbell.refusal()->check == Check::copy_address));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
