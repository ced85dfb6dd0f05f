#include "conformance/lab/requester_socket.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "conformance/lab/command.h"
#include "conformance/lab/link_dut.h"
#include "stack/transport/server.h"
#include "stack/wire/header.h"

namespace assay::lab {

namespace {

using Clock = std::chrono::steady_clock;
using How = RequesterEnd::How;

// Hands what the server's thread receives to the peer of the run that is on.
class Switchboard {
   public:
    explicit Switchboard(bool connects_by_itself, std::chrono::milliseconds timeout)
        : by_itself_(connects_by_itself), timeout_(timeout) {}

    // For the server's thread. `connection`: a number of its own.
    struct Connection {
        uint64_t number = 0;
        uint64_t run = 0;  // in which it was made
    };
    Connection connected() {
        const std::lock_guard lock(mutex_);
        return {++connections_, run_};
    }
    std::optional<transport::Message> answer(Connection connection, transport::Payload payload,
                                             ByteView message) {
        std::unique_lock lock(mutex_);
        // What a process that was ended has left behind belongs to no run.
        if (!by_itself_ && (peer_ == nullptr || connection.run != run_)) return std::nullopt;
        const bool begins = payload == transport::Payload::spdm && message.size() >= wire::kHeaderSize &&
                            wire::code_of(message) == wire::code::get_version;
        // Who connects by itself begins its next run so, on the same connection or another; who has sent
        // nothing but GET_VERSION yet only asks again.
        if (by_itself_ && begins && past_version_) leave(How::closed);
        if (!changed_.wait_for(lock, timeout_, [this] { return peer_ != nullptr || stopped_; }) || stopped_)
            return std::nullopt;
        heard_ = true;
        if (!begins) past_version_ = true;
        speaker_ = connection.number;
        last_heard_ = Clock::now();
        if (peer_->has_enough()) {
            leave(How::cut);
            return std::nullopt;
        }
        auto answer = peer_->answer(message, payload == transport::Payload::secured);
        changed_.notify_all();
        if (!answer) return std::nullopt;
        return transport::Message{answer->secured ? transport::Payload::secured : transport::Payload::spdm,
                                  std::move(answer->bytes)};
    }
    void disconnected(Connection connection) {
        const std::lock_guard lock(mutex_);
        if (by_itself_ && heard_ && speaker_ == connection.number) leave(How::closed);
    }
    void stop() {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }

    // For the thread that runs the cases.
    void begin(ResponderPeer& peer) {
        const std::lock_guard lock(mutex_);
        peer_ = &peer;
        ++run_;
        heard_ = past_version_ = false;
        left_.reset();
        last_heard_ = Clock::now();
        changed_.notify_all();
    }
    // Waits until a requester that connects by itself has ended its run.
    How wait() {
        std::unique_lock lock(mutex_);
        while (!left_) {
            const auto until = last_heard_ + timeout_;
            if (Clock::now() >= until) leave(heard_ ? How::late : How::absent);
            changed_.wait_until(lock, until, [&] { return left_ || last_heard_ + timeout_ != until; });
        }
        return *left_;
    }
    // No answers from here on. What the requester got none for ended the run, if anything did.
    struct Seen {
        bool heard = false;
        std::optional<How> left;
    };
    Seen end() {
        const std::lock_guard lock(mutex_);
        peer_ = nullptr;
        return {heard_, left_};
    }

   private:
    void leave(How how) {
        if (!left_) left_ = how;
        peer_ = nullptr;
        heard_ = past_version_ = false;
        changed_.notify_all();
    }

    const bool by_itself_;
    const std::chrono::milliseconds timeout_;
    std::mutex mutex_;
    std::condition_variable changed_;
    ResponderPeer* peer_ = nullptr;
    bool heard_ = false;         // something came in this run
    bool past_version_ = false;  // and not only GET_VERSION
    bool stopped_ = false;
    uint64_t run_ = 0, connections_ = 0, speaker_ = 0;  // the connection that spoke last
    Clock::time_point last_heard_{};
    std::optional<How> left_;
};

class SocketRequester final : public RequesterDut {
   public:
    explicit SocketRequester(SocketRequesterOptions options)
        : options_(std::move(options)), board_(options_.command.empty(), options_.timeout) {}
    ~SocketRequester() override {
        if (!server_) return;
        board_.stop();
        server_->stop();
        thread_.join();
    }

    Result<> listen() {
        server_ = TRY(transport::Server::listen(options_.listen, [this] { return service(); }, {},
                                                {.keeps_state = false}));
        thread_ = std::thread([this] { server_->run(); });
        return {};
    }

    std::string target() const override {
        return options_.command.empty() ? transport::to_text(server_->target()) : options_.command;
    }
    bool has_exit_status() const override { return !options_.command.empty(); }
    const record::Transport* transport() const override { return &records_over(options_.listen.binding); }

    Result<RequesterEnd> run(const FlowOptions& flow, const RequesterSettings& settings,
                             ResponderPeer& peer) override {
        board_.begin(peer);
        if (options_.command.empty()) {
            RequesterEnd end{.how = board_.wait()};
            board_.end();
            return end;
        }
        const CommandResult result = run_command(line(flow, settings), options_.timeout);
        const Switchboard::Seen seen = board_.end();
        RequesterEnd end{.how = How::exited, .code = result.code, .output = result.output};
        switch (result.end) {
            case CommandResult::End::exited: break;
            case CommandResult::End::killed: end.how = How::killed; break;
            case CommandResult::End::timed_out: end.how = seen.left.value_or(How::late); break;
            case CommandResult::End::not_started: end.how = How::absent; break;
        }
        if (seen.left == How::cut) end.how = How::cut;
        if (!seen.heard && !seen.left && end.how == How::exited) end.how = How::absent;
        return end;
    }

   private:
    transport::Service service() {
        // Destroyed when the peer is gone.
        const Switchboard::Connection connection = board_.connected();
        const std::shared_ptr<void> gone(nullptr,
                                         [this, connection](void*) { board_.disconnected(connection); });
        return {.answer = [this, connection, gone](transport::Payload payload, ByteView message) {
            return board_.answer(connection, payload, message);
        }};
    }
    std::string line(const FlowOptions& flow, const RequesterSettings& settings) const {
        const transport::Target target = server_->target();
        std::string text = replaced(options_.command, "{host}", target.host);
        text = replaced(text, "{port}", std::to_string(target.port));
        text = replaced(text, "{flow}", name(flow.flow));
        text = replaced(text, "{version}", wire::name(settings.versions.back()));
        for (const auto& [place, value] : options_.names) text = replaced(text, place, value);
        return text;
    }

    SocketRequesterOptions options_;
    Switchboard board_;
    std::unique_ptr<transport::Server> server_;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<RequesterDut>> open_requester(SocketRequesterOptions options) {
    auto made = std::make_unique<SocketRequester>(std::move(options));
    TRY(made->listen());
    return std::unique_ptr<RequesterDut>(std::move(made));
}

}  // namespace assay::lab
