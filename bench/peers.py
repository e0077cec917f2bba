"""What people would use instead, as a command: read a CSV file, label its texts, write it back.

python bench/peers.py train - - FOLDER          trains on the project's corpora
python bench/peers.py NAME INPUT OUTPUT FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import joblib
import polars as pl

ROOT = Path(__file__).parents[1]


def corpus() -> tuple[list[str], list[str]]:
    """Give the texts and labels of the project's corpora."""
    frame = pl.concat(
        [pl.read_csv(path, infer_schema=False) for path in sorted((ROOT / "corpora" / "annotated").glob("*.csv"))]
    )
    return frame["description"].to_list(), frame["domaine"].to_list()


def train(folder: Path) -> None:
    """Fit and keep scikit-learn's usual TF-IDF pipelines."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    texts, labels = corpus()
    by_words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", min_df=2)
    by_chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    pipelines = {
        "sklearn-words": make_pipeline(by_words, LogisticRegression(C=10, max_iter=300)),
        "sklearn-chars": make_pipeline(make_union(by_words, by_chars), LogisticRegression(C=10, max_iter=300)),
    }
    for name, pipeline in pipelines.items():
        joblib.dump(pipeline.fit(texts, labels), folder / f"{name}.joblib")


def main() -> None:
    """Run one peer."""
    name, source, output, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
    if name == "train":
        train(folder)
        return
    frame = pl.read_csv(source, infer_schema=False)
    if name != "floor":
        texts = frame["description"].fill_null("").to_list()
        frame = frame.with_columns(pl.Series("domaine", joblib.load(folder / f"{name}.joblib").predict(texts)))
    frame.write_csv(output)


if __name__ == "__main__":
    main()
