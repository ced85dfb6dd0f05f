// Executors do the work of a copy, in the calling thread or in several threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace assay::transfer {

// Runs tasks that do not depend on each other. The outcome must not depend on who runs which when.
class Executor {
   public:
    // `lane`, below lanes(), is used by one task at a time.
    using Task = std::function<void(size_t task, size_t lane)>;

    virtual ~Executor() = default;
    virtual size_t lanes() const = 0;
    // Runs task 0 to tasks - 1 and returns when all are done.
    virtual void run(size_t tasks, const Task& task) = 0;
};

// The calling thread, task after task.
Executor& inline_executor();

// `threads` of them, the calling one among them; the others wait between runs. One run at a time.
class ThreadExecutor final : public Executor {
   public:
    explicit ThreadExecutor(size_t threads);
    ~ThreadExecutor() override;
    ThreadExecutor(const ThreadExecutor&) = delete;
    ThreadExecutor& operator=(const ThreadExecutor&) = delete;

    size_t lanes() const override;
    void run(size_t tasks, const Task& task) override;

   private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace assay::transfer
