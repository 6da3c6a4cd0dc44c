"""Headers in Chinese, Japanese and Korean, said in English words: the rest of the reader knows those."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_PHRASES: Mapping[str, str] = {
    # parts of the date, of a place
    "年月日": "date", "日期": "date", "日付": "date", "日時": "datetime", "时间": "time", "時間帯": "time",
    "観測日": "date",
    "观测日期": "date", "일시": "datetime", "날짜": "date", "일자": "date", "관측일": "date", "관측시간": "time",
    "站号": "station", "站名": "station", "区站号": "station", "站点": "station", "地点": "station",
    "지점명": "station",
    "지점번호": "station", "지점": "station", "관측소": "station", "纬度": "latitude", "緯度": "latitude",
    "위도": "latitude",
    "经度": "longitude", "經度": "longitude", "経度": "longitude", "경도": "longitude", "海拔": "elevation",
    "高程": "elevation", "標高": "elevation", "해발고도": "elevation", "小时": "hour", "时": "hour", "時": "hour",
    # statistics
    "最低": "minimum", "最小": "minimum", "최저": "minimum", "최소": "minimum", "最高": "maximum", "最大": "maximum",
    "최고": "maximum", "최대": "maximum", "平均": "mean", "평균": "mean", "合計": "total", "合计": "total",
    "合計量": "total",
    "합계": "total", "累计": "accumulated", "累計": "accumulated", "누적": "accumulated", "日平均": "daily mean",
    "标准差": "std", "標準偏差": "std",
    # quantities
    "气温": "air temperature", "氣溫": "air temperature", "気温": "air temperature", "기온": "air temperature",
    "温度": "temperature", "溫度": "temperature", "온도": "temperature",
    "露点": "dew point", "露點": "dew point", "이슬점": "dew point",
    "相对湿度": "relative humidity", "相對濕度": "relative humidity", "相対湿度": "relative humidity",
    "상대습도": "relative humidity", "湿度": "humidity", "濕度": "humidity", "습도": "humidity",
    "水汽压": "vapour pressure", "水氣壓": "vapour pressure", "蒸気圧": "vapour pressure", "증기압": "vapour pressure",
    "实际水汽压": "actual vapour pressure",
    "风速": "wind speed", "風速": "wind speed", "풍속": "wind speed", "平均风": "mean wind",
    "总辐射": "global radiation", "太阳辐射": "solar radiation", "太陽輻射": "solar radiation",
    "太阳总辐射": "solar radiation",
    "短波辐射": "shortwave radiation", "辐射": "radiation", "輻射": "radiation", "全天日射量": "global radiation",
    "日射量": "solar radiation", "일사량": "solar radiation", "일사": "solar radiation",
    "日照时数": "sunshine hours", "日照時數": "sunshine hours", "日照時間": "sunshine hours", "日照": "sunshine hours",
    "일조시간": "sunshine hours", "일조합": "sunshine hours",
    "降水量": "precipitation", "降雨量": "rainfall", "降水": "precipitation", "降雨": "rain", "雨量": "rain",
    "강수량": "precipitation", "일강수량": "precipitation", "강우량": "rainfall",
    "现地気圧": "station pressure", "現地気圧": "station pressure", "현지기압": "station pressure",
    "气压": "air pressure", "氣壓": "air pressure", "気圧": "air pressure", "기압": "air pressure",
    "参考蒸散": "reference evapotranspiration", "参考作物蒸散量": "reference evapotranspiration",
    "기준증발산량": "reference evapotranspiration",
    # what is something else
    "海面気圧": "sea level pressure", "海平面气压": "sea level pressure", "해면기압": "sea level pressure",
    "饱和水汽压差": "vapour pressure deficit", "饱和差": "vapour pressure deficit", "飽差": "vapour pressure deficit",
    "水汽压差": "vapour pressure deficit", "포차": "vapour pressure deficit",
    "饱和水汽压": "saturation vapour pressure",
    "飽和水蒸気圧": "saturation vapour pressure", "湿球": "wet bulb", "濕球": "wet bulb", "습구": "wet bulb",
    "地温": "soil temperature", "地溫": "soil temperature", "土壤": "soil", "土壌": "soil", "지중": "soil",
    "지면": "ground surface", "地面": "ground surface", "地表": "ground surface", "草面": "grass", "초상": "grass",
    "瞬間": "gust", "瞬间": "gust", "순간": "gust", "阵风": "gust", "陣風": "gust", "极大风速": "wind gust",
    "极大": "gust", "돌풍": "gust", "风向": "wind direction", "風向": "wind direction", "풍향": "wind direction",
    "散射": "diffuse", "散乱": "diffuse", "산란": "diffuse", "直接": "direct", "直达": "direct", "직달": "direct",
    "净辐射": "net radiation", "純放射": "net radiation", "순복사": "net radiation", "反射": "reflected", "紫外": "uv",
    "长波": "longwave", "長波": "longwave", "光合有效": "photosynthetic", "光合成有効": "photosynthetic",
    "地外辐射": "extraterrestrial radiation", "大气层顶": "extraterrestrial", "体感": "feels", "체감": "feels",
    "室内": "indoor", "실내": "indoor", "水温": "water temperature", "수온": "water temperature",
    "水面": "water surface",
    "叶面": "leaf", "葉面": "leaf", "冠层": "canopy", "엽면": "leaf", "蒸发": "pan evaporation",
    "蒸発": "pan evaporation",
    "증발량": "pan evaporation", "降水概率": "precipitation probability", "降水確率": "precipitation probability",
    "강수확률": "precipitation probability", "강수 계속시간": "rain duration", "积雪": "snow", "積雪": "snow",
    "降雪": "snow",
    "적설": "snow", "云量": "cloud cover", "雲量": "cloud cover", "운량": "cloud cover",
    "绝对湿度": "absolute humidity",
    "比湿": "specific humidity", "时刻": "time", "時分": "time", "시각": "time", "出现时间": "time", "起時": "time",
    "品質情報": "quality flag", "均質番号": "quality flag", "現象なし情報": "quality flag",
    "灌溉": "irrigation", "灌水": "irrigation", "관수": "irrigation",
    # units that are words
    "摄氏度": "°C", "毫米": "mm", "米/秒": "m/s", "百帕": "hPa", "千帕": "kPa", "兆焦": "MJ", "時間": "hours",
    "小時": "hours",
    "시간": "hours", "米": "m", "미터": "m", "メートル": "m",
}  # fmt: skip
_WHOLE: Mapping[str, str] = {
    "年": "year", "年份": "year", "년": "year", "연도": "year", "月": "month", "月份": "month", "월": "month",
    "日": "day",
    "일": "day", "时": "hour", "時": "hour", "시": "hour", "時刻": "hour", "时刻": "hour", "時間": "time",
    "시간": "time",
    "日序": "doy", "年积日": "doy", "年間積算日": "doy",
}  # fmt: skip
_LONGEST_FIRST = re.compile("|".join(map(re.escape, sorted(_PHRASES, key=len, reverse=True))))
_EAST = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


@lru_cache(maxsize=4096)
def western(text: str) -> str:
    """Return a header with its Chinese, Japanese and Korean words in English; any other as it is.

    >>> western("日最低气温(℃)"), western("平均風速(m/s)"), western("Wind (m/s)")
    ('minimum air temperature (℃)', 'mean wind speed (m/s)', 'Wind (m/s)')
    """
    if text.isascii() or not _EAST.search(text):
        return text
    even = "".join(unicodedata.normalize("NFKC", sign) if _EAST.match(sign) else sign for sign in text)
    if (word := _WHOLE.get(even.strip())) is not None:
        return word
    said = _LONGEST_FIRST.sub(lambda found: f" {_PHRASES[found[0]]} ", even)
    said = _EAST.sub(" ", said)  # a place, or a word that adds nothing
    said = re.sub(r"\(\s+", "(", re.sub(r"\s+([)\]])", r"\1", said))
    return " ".join(said.split())


def words_in(text: str) -> int:
    """Return how many signs of a text belong to phrases that are known.

    >>> words_in("最高气温"), words_in("離멕폭侊")
    (4, 0)
    """
    return sum(len(found) for found in _LONGEST_FIRST.findall(text))
