#include "conformance/lab/exec_path.h"

#include <fmt/format.h>

#include "conformance/lab/framed_child.h"
#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::lab {

namespace {

using transfer::Iv;

// What keys, channels and target share: the process, started anew where a key is made.
class Process {
   public:
    Process(std::string command, std::chrono::milliseconds timeout) : child_(std::move(command), timeout) {}

    const std::string& command() const { return child_.command(); }

    Result<> ensure() { return child_.is_running() ? Result<>{} : child_.start(); }

    // The content of an answer of that type.
    PathResult<Bytes> ask(PathFrame request, const Writer& content, PathFrame expected) {
        auto answer = child_.ask(static_cast<uint8_t>(request), content.view());
        if (!answer) return gone(answer.error().detail);
        const auto type = static_cast<PathFrame>(answer->type);
        if (type == expected) return std::move(answer->content);
        if (type == PathFrame::cannot) return not_there();
        if (type == PathFrame::refused) {
            const std::string_view said(reinterpret_cast<const char*>(answer->content.data()),
                                        answer->content.size());
            for (const transfer::Status status : kStatuses) {
                if (said == transfer::name(status)) return std::unexpected(PathRefusal{.status = status});
            }
        }
        return broken(answer->type);
    }

    static std::unexpected<PathRefusal> gone(std::string why) {
        return std::unexpected(PathRefusal{.gone = std::move(why)});
    }
    std::unexpected<PathRefusal> broken(uint8_t type) {
        child_.stop();
        return gone(fmt::format("a frame {:02x}h that does not answer the request", type));
    }

   private:
    static constexpr transfer::Status kStatuses[] = {transfer::Status::invalid_argument,
                                                     transfer::Status::invalid_data,
                                                     transfer::Status::invalid_state,
                                                     transfer::Status::not_ready,
                                                     transfer::Status::insufficient_resources,
                                                     transfer::Status::busy,
                                                     transfer::Status::timeout};

    FramedChild child_;
};

using Shared = std::shared_ptr<Process>;

PathResult<uint32_t> ask_number(Process& process, PathFrame request, const Writer& content) {
    const Bytes answer = TRY(process.ask(request, content, PathFrame::number));
    Reader reader(answer);
    const auto number = reader.u32("number");
    if (!number || !reader.empty()) return process.broken(static_cast<uint8_t>(PathFrame::number));
    return *number;
}

PathResult<> ask_done(Process& process, PathFrame request, const Writer& content) {
    TRY(process.ask(request, content, PathFrame::done));
    return {};
}

// Whether it has such access; a process that is gone shows with the next request.
bool has_done(Process& process, PathFrame request, uint32_t of, uint64_t value) {
    Writer content;
    content.u32(of).u64(value);
    return ask_done(process, request, content).has_value();
}

void write_aad_and_text(Writer& content, ByteView aad, ByteView text) {
    content.u32(static_cast<uint32_t>(aad.size())).bytes(aad).bytes(text);
}

class ExecChannel final : public PathChannel {
   public:
    ExecChannel(Shared process, uint32_t number) : process_(std::move(process)), number_(number) {}

    PathResult<PathBlock> seal(ByteView aad, ByteView text) override {
        Writer content = begin();
        write_aad_and_text(content, aad, text);
        return ask_block(PathFrame::seal, content);
    }
    PathResult<> open(ByteView aad, const PathBlock& block, std::span<uint8_t> out) override {
        Writer content = begin();
        content.u32(block.version).bytes(block.tag);
        write_aad_and_text(content, aad, block.text);
        const Bytes text = TRY(process_->ask(PathFrame::open, content, PathFrame::text));
        if (text.size() != out.size()) return process_->broken(static_cast<uint8_t>(PathFrame::text));
        std::ranges::copy(text, out.begin());
        return {};
    }
    PathResult<> skip() override { return ask_done(*process_, PathFrame::skip, begin()); }
    PathResult<size_t> take_iv() override { return TRY(ask_number(*process_, PathFrame::take_iv, begin())); }
    PathResult<PathBlock> seal_with(size_t iv, ByteView aad, ByteView text) override {
        Writer content = begin();
        content.u32(static_cast<uint32_t>(iv));
        write_aad_and_text(content, aad, text);
        return ask_block(PathFrame::seal_with, content);
    }
    PathResult<> rotate_iv() override { return ask_done(*process_, PathFrame::rotate_iv, begin()); }
    void ended(uint64_t sealed) override { has_done(*process_, PathFrame::ended, number_, sealed); }
    PathResult<> may_rotate() override { return ask_done(*process_, PathFrame::may_rotate, begin()); }
    bool set_counted(uint64_t messages) override {
        return has_done(*process_, PathFrame::set_counted, number_, messages);
    }

   private:
    Writer begin() const {
        Writer content;
        content.u32(number_);
        return content;
    }
    PathResult<PathBlock> ask_block(PathFrame request, const Writer& content) {
        const Bytes answer = TRY(process_->ask(request, content, PathFrame::block));
        Reader reader(answer);
        const auto version = reader.u32("version");
        const auto tag = reader.take(crypto::kAeadTagSize, "tag");
        if (!version || !tag) return process_->broken(static_cast<uint8_t>(PathFrame::block));
        return PathBlock{.version = *version, .text = to_bytes(reader.rest()), .tag = to_bytes(*tag)};
    }

    Shared process_;
    uint32_t number_;
};

class ExecKey final : public PathKey {
   public:
    ExecKey(Shared process, uint32_t number) : process_(std::move(process)), number_(number) {}

    PathResult<std::unique_ptr<PathChannel>> channel(const Iv& mask) override {
        Writer content;
        content.u32(number_).bytes(mask);
        const uint32_t made = TRY(ask_number(*process_, PathFrame::next_channel, content));
        return std::make_unique<ExecChannel>(process_, made);
    }
    PathResult<> rotate() override {
        Writer content;
        content.u32(number_);
        return ask_done(*process_, PathFrame::rotate_key, content);
    }
    void close() override {
        Writer content;
        content.u32(number_);
        (void)ask_done(*process_, PathFrame::close_key, content);
    }
    bool set_next_channel(uint64_t counter) override {
        return has_done(*process_, PathFrame::set_next_channel, number_, counter);
    }
    bool set_work_limit(uint64_t limit) override {
        return has_done(*process_, PathFrame::set_work_limit, number_, limit);
    }

   private:
    Shared process_;
    uint32_t number_;
};

class ExecPath final : public PathTarget {
   public:
    ExecPath(std::string command, std::chrono::milliseconds timeout)
        : process_(std::make_shared<Process>(std::move(command), timeout)) {}

    std::string name() const override { return "exec:" + process_->command(); }
    PathResult<std::unique_ptr<PathKey>> key(ByteView export_secret, transfer::KeyId id) const override {
        if (const auto started = process_->ensure(); !started) return Process::gone(started.error().detail);
        const std::string_view label = transfer::info(id).label;
        Writer content;
        content.u8(static_cast<uint8_t>(label.size())).bytes(as_bytes(label)).bytes(export_secret);
        const uint32_t made = TRY(ask_number(*process_, PathFrame::make_key, content));
        return std::make_unique<ExecKey>(process_, made);
    }
    PathResult<std::unique_ptr<PathGuest>> guest(ByteView, std::span<uint8_t>,
                                                 const PathConfig&) const override {
        return not_there();
    }
    PathResult<std::unique_ptr<PathGpu>> gpu(ByteView, std::span<uint8_t>, const PathConfig&) const override {
        return not_there();
    }

   private:
    Shared process_;
};

}  // namespace

std::unique_ptr<PathTarget> exec_path(std::string command, std::chrono::milliseconds timeout) {
    return std::make_unique<ExecPath>(std::move(command), timeout);
}

}  // namespace assay::lab
