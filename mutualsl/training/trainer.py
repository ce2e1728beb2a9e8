"""The training loop of one stage: draw an epoch, step, validate, keep the best.

It runs on a CPU, on one GPU, and on several under `accelerate launch`; a run that is stopped goes
on from its last saved state as if it had not been.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import broadcast_object_list
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from mutualsl.data import Example
from mutualsl.data.batch import Collator
from mutualsl.device import fastest_dtype
from mutualsl.models.base import NeuralLocalizer
from mutualsl.training import state
from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer, make_schedule
from mutualsl.training.report import Report
from mutualsl.training.sampling import Source, draw_epoch, make_batches, questions_id
from mutualsl.training.validate import validate


class Trainer:
    """Trains `model` in place; `save_best` gets the averaged one after each best epoch so far.

    Losses, transfer weights and validation numbers go to `out/log.jsonl`, the state to
    `out/state-*`; `train` continues from one that is there. It stops after the step in which
    `deadline`, a reading of `time.monotonic`, has passed.
    """

    def __init__(
        self,
        model: NeuralLocalizer,
        collator: Collator,
        sources: Sequence[Source],
        validation: Mapping[str, Sequence[Example]],
        config: TrainConfig,
        out: Path,
        save_best: Callable[[NeuralLocalizer], None],
        deadline: float | None = None,
    ) -> None:
        self._config, self._out, self._save_best = config, out, save_best
        self._deadline = deadline
        self._collator, self._sources, self._validation = collator, sources, validation
        AcceleratorState._reset_state()  # a stage may compute in other bits than the one before
        device = PartialState().device
        fast = config.bf16 and fastest_dtype(device) == torch.bfloat16
        self._accelerator = Accelerator(
            mixed_precision="bf16" if fast else "no",
            gradient_accumulation_steps=config.accumulate,
        )
        self._seed(0)
        model.checkpoint_gradients(config.gradient_checkpointing)
        self._dropouts = [(m, name, getattr(m, name)) for m, name in model.dropouts()]
        if config.dropout is not None:
            model.set_dropout(config.dropout)
        optimizer = make_optimizer(model, config)
        self._per_epoch = len(self._epoch_batches(0))
        steps = config.epochs * self._per_epoch // config.accumulate
        self._schedule = make_schedule(optimizer, steps, config)
        self._average = AveragedModel(
            model,
            device=self._accelerator.device,
            multi_avg_fn=get_ema_multi_avg_fn(config.average_decay),  # type: ignore[no-untyped-call]
        )
        self._plain = model
        self._model, self._optimizer = self._accelerator.prepare(model, optimizer)
        self._accelerator.register_for_checkpointing(self._average, self._schedule)

    def train(self) -> state.Progress:
        """Run every epoch that is left, or until validation has not improved for `patience`.

        Returns how far it came; at the deadline not to the end.
        """
        config = self._config
        self._out.mkdir(parents=True, exist_ok=True)
        questions = questions_id(source.examples for source in self._sources)
        validation = questions_id(self._validation.values())
        processes = self._accelerator.num_processes
        state.check(self._out, questions, validation, processes)
        progress = state.restore(self._accelerator, self._out)
        progress.questions, progress.validation = questions, validation
        progress.processes = processes
        self._began = time.monotonic() - progress.second
        self._cpu_began = time.process_time() - progress.cpu_second
        done = progress.epoch * self._per_epoch + progress.batch
        with Report(
            self._out, self._out.name, config.epochs * self._per_epoch, done, progress.log_bytes,
            self._accelerator.is_main_process,
        ) as report:  # fmt: skip
            while not progress.done:
                if not self._epoch(progress, report):
                    self._stop(progress, report)
                    break
                self._close_epoch(progress, report)
        # Leave the model as it came: its forward pass was made to compute in 16 bits.
        self._accelerator.unwrap_model(self._model, keep_fp32_wrapper=False)
        # And not marked as made ready: accelerate would leave it alone in the next stage, which
        # would then compute in 32 bits.
        vars(self._plain).pop("_is_accelerate_prepared", None)
        for module, name, share in self._dropouts:
            setattr(module, name, share)
        return progress

    def _epoch(self, progress: state.Progress, report: Report) -> bool:
        """The batches of an epoch that are left; false if time was up before the last."""
        config, epoch = self._config, progress.epoch
        if progress.batch == 0:
            self._seed(epoch)
        batches = self._epoch_batches(epoch)
        self._model.train()
        for number in range(progress.batch, len(batches)):
            report.step(self._step(batches[number]))
            progress.batch = number + 1
            if progress.batch % config.accumulate:
                continue
            progress.step += 1
            saving = progress.step % config.save_every == 0
            if saving or progress.step % config.log_every == 0:
                self._log(progress, report)
            if saving:
                self._save(progress, report)
                report.say("state saved")
            if progress.batch < len(batches) and self._late():
                return False
        self._log(progress, report)
        return True

    def _late(self) -> bool:
        """Whether the deadline has passed, by the clock of the main process."""
        if self._deadline is None:
            return False
        late = [time.monotonic() > self._deadline]
        broadcast_object_list(late)
        return late[0]

    def _stop(self, progress: state.Progress, report: Report) -> None:
        """Keep the state; before the first validation also the weights, for want of better ones."""
        self._log(progress, report)
        if progress.best < 0.0 and self._accelerator.is_main_process:
            self._save_best(cast(NeuralLocalizer, self._average.module))
        self._save(progress, report)
        report.say("time is up, state saved")

    def _save(self, progress: state.Progress, report: Report) -> None:
        progress.log_bytes = report.log_bytes
        progress.second = time.monotonic() - self._began
        progress.cpu_second = time.process_time() - self._cpu_began
        state.save(self._accelerator, self._out, progress)

    def _log(self, progress: state.Progress, report: Report) -> None:
        rates = self._schedule.get_last_lr()
        report.flush(epoch=progress.epoch, step=progress.step, lr=rates)

    def _step(self, examples: list[Example]) -> dict[str, Tensor | float]:
        """Forward, backward and, when enough batches have gathered, a step of the optimizer."""
        accelerator = self._accelerator
        batch = self._collator(examples).to(accelerator.device)
        with accelerator.accumulate(self._model):
            output = self._model(batch)
            terms = self._plain.losses(output, batch)
            loss = torch.stack(list(terms.values())).sum()
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(self._model.parameters(), self._config.clip)
            self._optimizer.step()
            self._optimizer.zero_grad()
        if accelerator.sync_gradients:
            self._schedule.step()
            self._average.update_parameters(self._plain)
        return {**terms, **self._plain.logs(output, batch)}

    def _close_epoch(self, progress: state.Progress, report: Report) -> None:
        """Validate, keep the weights if they are the best so far, decide whether to go on."""
        started = time.perf_counter()
        model = cast(NeuralLocalizer, self._average.module)
        results = validate(model, self._collator, self._validation, self._accelerator)
        merit = sum(r["mIoU"] for r in results.values()) / max(1, len(results))
        report.epoch(
            {
                "epoch": progress.epoch,
                "merit": merit,
                "validation": results,
                "validation_seconds": round(time.perf_counter() - started, 1),
            }
        )
        progress.stale += 1
        if merit > progress.best or not any(self._validation.values()):  # the last, with none
            progress.best, progress.stale = merit, 0
            if self._accelerator.is_main_process:
                self._save_best(model)
        progress.epoch, progress.batch = progress.epoch + 1, 0
        patience = self._config.patience
        progress.done = progress.epoch >= self._config.epochs or (
            patience is not None and progress.stale >= patience
        )
        self._save(progress, report)

    def _epoch_batches(self, epoch: int) -> list[list[Example]]:
        """This process's batches of an epoch: as many in each, and whole steps only.

        Where they do not come out even, some are taken again, so that no question is left out.
        """
        config, accelerator = self._config, self._accelerator
        chance = random.Random(config.seed * 100_003 + epoch)
        batches = make_batches(
            draw_epoch(self._sources, chance),
            chance,
            max_tokens=config.max_tokens,
            max_questions=config.max_questions,
            pool_batches=config.pool_batches,
        )
        missing = -len(batches) % (accelerator.num_processes * config.accumulate)
        batches += [batches[i % len(batches)] for i in range(missing)]
        return batches[accelerator.process_index :: accelerator.num_processes]

    def _seed(self, epoch: int) -> None:
        torch.manual_seed(self._config.seed + 1000 * epoch + 17 * self._accelerator.process_index)
