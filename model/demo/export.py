#!/usr/bin/env python3
"""Writes the demo as its users get their networks: a YOLOv5-Lite checkpoint and an ONNX export.

    export.py last.ckpt         the state of a training (also an unfinished one) to demo.pt and demo.onnx
    export.py demo.pt           demo.onnx from a checkpoint
"""
import argparse
import copy
import os
import sys
import types
import warnings

import torch
import torch.nn as nn

import network
from scenes import CLASSES


class FamilyNames:
    """While it lasts the classes of network.py answer to the names they have in YOLOv5-Lite's tree."""

    def __enter__(self):
        homes = {"models": types.ModuleType("models"), "models.common": types.ModuleType("models.common"),
                 "models.yolo": types.ModuleType("models.yolo")}
        for name, c in list(network.MODULES.items()) + [("Model", network.Model)]:
            home = "models.yolo" if name in ("Detect", "Model") else "models.common"
            c.__module__ = home
            setattr(homes[home], name, c)
        self.before = {name: sys.modules.get(name) for name in homes}
        sys.modules.update(homes)

    def __exit__(self, *unused):
        for name, module in self.before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
        for c in list(network.MODULES.values()) + [network.Model]:
            c.__module__ = "network"


def save_checkpoint(model, path):
    model = copy.deepcopy(model).to(memory_format=torch.contiguous_format).half().eval()
    for p in model.parameters():
        p.requires_grad_(True)
    with FamilyNames():
        torch.save({"epoch": -1, "best_fitness": None, "training_results": None, "optimizer": None, "wandb_id": None,
                    "ema": None, "updates": None, "model": model}, path)


def load_checkpoint(path):
    """A model, from demo.pt or from the last.ckpt of a training."""
    with FamilyNames():
        saved = torch.load(path, map_location="cpu")
    if "average" in saved:
        model = network.Model(names=CLASSES)
        model.load_state_dict(saved["average"])
        return model.eval()
    return saved["model"].float().eval()


def save_onnx(model, path, size):
    import onnx
    model = copy.deepcopy(model).to(memory_format=torch.contiguous_format).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, torch.zeros(1, 3, size, size), path, opset_version=12,
                          input_names=["images"], output_names=["output"])
    graph = onnx.load(path)
    onnx.helper.set_model_props(graph, {"names": repr(dict(enumerate(model.names)))})
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def write(model, folder, size=320):
    # the ONNX is made from the rounded weights of the checkpoint, so that both are the same network
    checkpoint = os.path.join(folder, "demo.pt")
    save_checkpoint(model, checkpoint)
    save_onnx(load_checkpoint(checkpoint), os.path.join(folder, "demo.onnx"), size)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", default=os.path.join(here, "demo.pt"))
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--out", default=here)
    args = parser.parse_args()
    model = load_checkpoint(args.checkpoint)
    os.makedirs(args.out, exist_ok=True)
    if args.checkpoint.endswith(".ckpt"):
        write(model, args.out, args.size)
    else:
        save_onnx(model, os.path.join(args.out, "demo.onnx"), args.size)


if __name__ == "__main__":
    main()
