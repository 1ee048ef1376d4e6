/// recursion.h: recursive queries at run time. The executor's own.
///
///     RECURSIVE (base, step over WORK)
///
/// The pipelines of the base and of the step run into one group, whose sink is the RECURSIVE node. The rows of the base are
/// the first ROUND; the step runs over the rows that the last round has added and makes the next, until one adds none.
/// Between two rounds is the TURN, at which nothing of the step runs: the rows of the round are put in order, handed to
/// whoever reads the node, and become what WORK reads.
///
/// The reader does not wait for the end: it takes the rows of each round, and the recursion pauses while it is ahead of
/// the reader. So LIMIT stops an endless recursion, and a long one needs the memory of two rounds.
///
/// Two ways to run the step:
///
///   pipelined   the step is one pipeline that begins with WORK and whose other operators keep no state (projections,
///               filters, probes of joins whose build side is the same in each round). Its lanes go through all the
///               rounds: WORK itself makes the turn when the last morsel of a round is done. A round costs about a
///               microsecond.
///   rerun       anything else. When the pipelines of the step have ended, a task makes the turn: what depends on WORK is
///               reset (groups and pipelines to idle, operators closed and made anew, in an arena that is emptied) and
///               wanted again. Groups that do not depend on it stay done.
///
/// Locks: msl_recursive.lock guards the rows; it is taken inside of the scheduler's lock, never around it.
#ifndef MSL_RECURSION_H
#define MSL_RECURSION_H

#include "executor/owned_chunk.h"
#include "executor/scheduler.h"

/// The scheduler's side of a RECURSIVE node.
struct msl_rounds {
    msl_operator *op;
    msl_group *group;            ///< base and step run into it
    uint32_t base_count;         ///< its pipelines [0, base_count) are the base
    bool is_pipelined;
    msl_group **inner;           ///< other groups that depend on WORK
    uint32_t inner_count;
    msl_operator **remade;       ///< operators that are closed and made anew at each turn, parents first
    uint32_t remade_count;
    msl_operator **rewound;      ///< those that go back to their first morsel
    uint32_t rewound_count;
    msl_query query;             ///< what the remade ones see: the query with `arena`
    msl_arena arena;
    uint64_t round;              ///< 0: the base
    bool is_due;                 ///< the turn waits until nothing of `inner` runs
    bool is_turning;             ///< turn_task is queued or runs
    bool is_paused;              ///< until the reader asks for more (rerun)
    bool is_over;
    atomic_bool has_ended;       ///< msl_recursive_end was called, with the next two: perhaps before the operator was open
    morsel_status end_status;
    const msl_error *end_error;  ///< NULL: none
    msl_task turn_task;
};

/* ---- recursion.c ---- */

/// For a RECURSIVE node, whose group is `g`.
MSL_MUST_CHECK morsel_status msl_rounds_new(msl_scheduler *s, msl_operator *op, msl_group *g, msl_error *err);
/// Finds what depends on WORK, once the plan is split.
MSL_MUST_CHECK morsel_status msl_rounds_settle(msl_scheduler *s, msl_error *err);
/// All started pipelines of the group have ended: the turn is next.
void msl_rounds_due_locked(msl_rounds *r);
/// Something has ended: turns that waited for it.
void msl_rounds_look_locked(msl_scheduler *s);
/// The reader has taken all there is.
void msl_rounds_resume(msl_rounds *r);
/// To the state before the first round; for a recursion within the step of another.
void msl_rounds_reset(msl_rounds *r);
void msl_rounds_free(msl_rounds *r);

/* ---- op_recursive.c ---- */

/// Closes the round: its rows become WORK's and the reader's.
///   out      *has_rows: whether there were any
MSL_MUST_CHECK morsel_status msl_recursive_turn(msl_operator *op, bool *has_rows, msl_error *err);
/// Is the reader so far behind that the next round can wait?
bool msl_recursive_is_ahead(msl_operator *op);
/// No further round comes; `error` (NULL: none) is what the reader gets at the end.
void msl_recursive_end(msl_operator *op, morsel_status status, const msl_error *error);

#endif
